package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/views"
)

// errorHelp shows a cloud's error catalogue, with an anchor for each code.
func (h *handlers) errorHelp(c echo.Context) error {
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return err
	}
	description := provider.Describe()
	return h.html(c, http.StatusOK, views.ErrorHelpPage(views.ErrorHelp{
		Frame: h.frame(c, "What "+description.ShortName+" says, and what to do"), Provider: description.Name, Entries: provider.Catalogue(),
	}))
}
