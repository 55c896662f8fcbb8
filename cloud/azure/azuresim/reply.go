package azuresim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// silence is how long a connection without an answer is kept at most.
const silence = time.Minute

// reply is a whole answer, decided before its first byte leaves.
type reply struct {
	status int
	header http.Header
	body   []byte
	silent bool // say nothing until the client gives up
	hangUp bool // close the connection and say nothing
}

func newReply(status int, contentType string, body []byte) reply {
	return reply{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

// jsonReply holds v as JSON. Every v is made of strings, numbers and lists of
// this package, which always encode.
func jsonReply(status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return newReply(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("cannot encode the answer\n"))
	}
	return newReply(status, "application/json; charset=utf-8", body)
}

func (a reply) with(key, value string) reply {
	a.header.Set(key, value)
	return a
}

// hold keeps the answer back, for ever or for a while, if it is one to keep back.
// Silence lasts until the client gives up, the simulator closes or a minute passes.
func (a reply) hold(r *http.Request, stop <-chan struct{}) {
	if a.hangUp {
		panic(http.ErrAbortHandler)
	}
	if !a.silent {
		return
	}
	patience := time.NewTimer(silence)
	defer patience.Stop()
	select {
	case <-r.Context().Done():
	case <-stop:
	case <-patience.C:
	}
}

// write sends the answer with the time of the simulated clock in its Date.
func (a reply) write(w http.ResponseWriter, now time.Time) {
	h := w.Header()
	for key, values := range a.header {
		h[key] = values
	}
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body)
}
