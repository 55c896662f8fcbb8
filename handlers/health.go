package handlers

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/static"
)

// alive says that the process answers.
func (h *handlers) alive(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready says that work can be done: the database takes a write.
func (h *handlers) ready(c echo.Context) error {
	if err := h.readiness.check(c.Request().Context(), h.Data); err != nil {
		h.Log.Error("not ready", "id", requestID(c), "cause", err)
		return c.String(http.StatusServiceUnavailable, "the database cannot be written\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

// readiness writes to the database at most once a second, however many ask,
// since anybody may ask and every write costs a sync of the disk.
type readiness struct {
	mu   sync.Mutex
	at   time.Time
	last error
}

// readyTimeout is how long a disk may take before it counts as hanging.
const readyTimeout = 3 * time.Second

func (r *readiness) check(ctx context.Context, data Data) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) >= time.Second {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		r.last = data.Check(limited)
		r.at = time.Now()
	}
	return r.last
}

func (h *handlers) static(c echo.Context) error {
	static.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}
