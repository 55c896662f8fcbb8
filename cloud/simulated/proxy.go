package simulated

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// tunnel answers CONNECT: a connection to a host of the cloud ends here.
func (n *Network) tunnel(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	inside, err := n.Dial(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, "not a host of "+n.Cloud, http.StatusForbidden)
		return
	}
	defer inside.Close() //nolint:errcheck // of both ends, the first error ends the tunnel
	outside, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer outside.Close() //nolint:errcheck // see above
	_ = outside.SetDeadline(time.Time{})
	if _, err := io.WriteString(outside, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	ended := make(chan struct{})
	var once sync.Once
	copyTo := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from)
		once.Do(func() { close(ended) })
	}
	go copyTo(inside, buffered)
	go copyTo(outside, inside)
	select {
	case <-ended:
	case <-n.stop:
	}
}
