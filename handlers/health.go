package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/static"
)

// alive says that the process answers.
func (h *handlers) alive(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready says that work can be done: the database can be read and takes changes.
func (h *handlers) ready(c echo.Context) error {
	if err := h.Data.Check(c.Request().Context()); err != nil {
		h.Log.Error("not ready", "id", requestID(c), "cause", err)
		retryLater(c, &fault.Fault{Kind: fault.Storage})
		return c.String(http.StatusServiceUnavailable, fault.Of(err).Sentence+"\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

func (h *handlers) static(c echo.Context) error {
	static.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}
