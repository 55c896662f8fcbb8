package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	streamChunk = 64 << 10         // bytes that leave together
	streamPause = 60 * time.Second // at most, until the browser has taken a chunk
)

// stream sends a file while it is being made. Until the first byte has left, a
// failure is answered as on any page. After that the connection is cut, so that
// nobody takes a part for the whole.
func (h *handlers) stream(c echo.Context, name, contentType string, write func(io.Writer) error) error {
	header := c.Response().Header()
	describe := func() {
		header.Set("Content-Type", contentType)
		header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	if c.Request().Method == http.MethodHead { // nothing leaves, so nothing is made
		describe()
		return c.NoContent(http.StatusOK)
	}
	file := bufio.NewWriterSize(&chunks{to: c.Response(), control: http.NewResponseController(c.Response().Writer), begin: describe}, streamChunk)
	err := write(file)
	if err == nil {
		err = file.Flush()
	}
	if err == nil && !c.Response().Committed { // an empty file is one too
		describe()
		return c.NoContent(http.StatusOK)
	}
	if err != nil && c.Response().Committed {
		if !errors.Is(err, context.Canceled) { // nobody waits for it any more
			h.Log.Error("a download was cut off", "id", requestID(c), "route", c.Path(), "cause", err)
		}
		panic(http.ErrAbortHandler)
	}
	return err
}

// chunks writes each chunk to the end before the next is made. The server gives
// an answer a minute; here each chunk has that long.
type chunks struct {
	to      *echo.Response
	control *http.ResponseController
	begin   func()
}

// Write implements io.Writer.
func (w *chunks) Write(p []byte) (int, error) {
	if !w.to.Committed {
		w.begin()
	}
	if err := w.control.SetWriteDeadline(time.Now().Add(streamPause)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := w.to.Write(p)
	if err == nil {
		err = w.flush()
	}
	return n, err
}

func (w *chunks) flush() error {
	err := w.control.Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// dated names a file after its day, so that two of them can lie side by side.
func (h *handlers) dated(what, ending string) string {
	return "mooring-" + what + "-" + h.Now().UTC().Format("2006-01-02") + "." + ending
}
