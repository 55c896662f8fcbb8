package simulated

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// silence is how long a connection without an answer is kept at most.
const silence = time.Minute

// Reply is an entire answer of a service, decided before its first byte leaves.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Silent bool // say nothing until the client gives up
	HangUp bool // close the connection and say nothing
}

// NewReply is an answer with a text.
func NewReply(status int, contentType, body string) Reply {
	return Reply{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}
}

// JSONReply is an answer with v as JSON. Every v is made of strings, numbers, lists and
// maps, which always encode.
func JSONReply(status int, v any) Reply {
	body, err := json.Marshal(v)
	if err != nil {
		return NewReply(http.StatusInternalServerError, "text/plain; charset=utf-8", "cannot encode the answer\n")
	}
	return NewReply(status, "application/json", string(body))
}

// Send sends the answer, with the time of the simulated clock in its Date, or keeps it
// back if it is Silent or a HangUp. Silence lasts until the client gives up, stop is closed
// or a minute passes. Hold no lock while calling it.
func (a Reply) Send(w http.ResponseWriter, r *http.Request, stop <-chan struct{}, now time.Time) {
	if a.HangUp {
		panic(http.ErrAbortHandler)
	}
	if a.Silent {
		patience := time.NewTimer(silence)
		defer patience.Stop()
		select {
		case <-r.Context().Done():
		case <-stop:
		case <-patience.C:
		}
	}
	h := w.Header()
	for key, values := range a.Header {
		h[key] = values
	}
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}
