package handlers

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// slowBrowser notes what it was given, in which order.
type slowBrowser struct {
	*httptest.ResponseRecorder
	since time.Time // it was there, or what it was told last
	told  []string
}

func newSlowBrowser() *slowBrowser {
	return &slowBrowser{ResponseRecorder: httptest.NewRecorder(), since: time.Now()}
}

func (b *slowBrowser) SetWriteDeadline(until time.Time) error {
	now := time.Now()
	if said := until.Add(-time.Minute); !said.Before(b.since) && !said.After(now) {
		b.told = append(b.told, "a minute")
	}
	b.since = now
	return nil
}

func (b *slowBrowser) Write(p []byte) (int, error) {
	b.told = append(b.told, "bytes")
	return b.ResponseRecorder.Write(p)
}

func (b *slowBrowser) Flush() { b.told = append(b.told, "flush") }

func streamed(method string, write func(io.Writer) error) (*slowBrowser, error) {
	b := newSlowBrowser()
	c := echo.New().NewContext(httptest.NewRequest(method, "/", nil), b)
	return b, (&handlers{}).stream(c, "a.csv", "text/csv", write)
}

func TestAStreamGivesEachChunkAMinute(t *testing.T) {
	b, err := streamed("GET", func(w io.Writer) error {
		for range 3 {
			if _, err := io.WriteString(w, strings.Repeat("x", streamChunk/2+1)); err != nil {
				return err
			}
		}
		return nil
	})
	if got, want := strings.Join(b.told, " "), "a minute bytes flush a minute bytes flush"; err != nil || got != want || b.Body.Len() != 3*(streamChunk/2+1) {
		t.Errorf("got %q, %d bytes, %v; want %q", got, b.Body.Len(), err, want)
	}
	if b.Header().Get("Content-Disposition") != `attachment; filename="a.csv"` {
		t.Errorf("headers %v", b.Header())
	}
}

func TestAStreamThatFailsAtOnceSendsNothing(t *testing.T) {
	broken := errors.New("broken")
	b, err := streamed("GET", func(w io.Writer) error {
		_, _ = io.WriteString(w, "some")
		return broken
	})
	if !errors.Is(err, broken) || len(b.told) > 0 || len(b.Header()) > 0 {
		t.Errorf("it answered %v with %q %v", err, b.told, b.Header())
	}
}

func TestAnEmptyStreamIsAFileToo(t *testing.T) {
	made := false
	for _, method := range []string{"GET", "HEAD"} {
		b, err := streamed(method, func(io.Writer) error {
			made = made || method == "HEAD"
			return nil
		})
		if err != nil || b.Code != http.StatusOK || b.Header().Get("Content-Type") != "text/csv" || b.Body.Len() > 0 {
			t.Errorf("%s answered %d %v, %v", method, b.Code, b.Header(), err)
		}
	}
	if made {
		t.Error("HEAD made the file")
	}
}

func TestADownloadThatIsCutOffIsInTheLog(t *testing.T) {
	var log strings.Builder
	h := &handlers{Config: Config{Now: testNow, Log: slog.New(slog.NewTextHandler(&log, nil))}}
	b := newSlowBrowser()
	c := echo.New().NewContext(httptest.NewRequest("GET", "/", nil), b)
	c.SetPath("/admin/linked-accounts/export.csv")
	download := h.identify(h.recover(func(c echo.Context) error {
		return h.stream(c, "a.csv", "text/csv", func(w io.Writer) error {
			_, _ = io.WriteString(w, strings.Repeat("x", streamChunk+1))
			return context.Canceled
		})
	}))
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("it panicked with %v", p)
		}
		if line := log.String(); !strings.Contains(line, "msg=request") || !strings.Contains(line, "export.csv") || !strings.Contains(line, errCutOff.Error()) {
			t.Errorf("the log is %q", line)
		}
	}()
	_ = download(c)
}
