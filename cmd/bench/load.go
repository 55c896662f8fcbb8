package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load is the result of one round.
type load struct {
	perSecond float64
	took      []time.Duration // sorted
}

func rate(l load) float64 { return l.perSecond }
func p50(l load) float64  { return l.percentile(0.50) }
func p99(l load) float64  { return l.percentile(0.99) }

func (l load) percentile(p float64) float64 {
	return float64(l.took[int(float64(len(l.took)-1)*p)].Microseconds()) / 1000
}

// run asks again and again over keep-alive connections for the given time. The
// client does as little as it can, since it shares the machine with what it
// measures.
func run(address, cookie string, length time.Duration) (load, error) {
	target, err := url.Parse(address)
	if err != nil {
		return load{}, err
	}
	request := []byte("GET " + target.Path + " HTTP/1.1\r\nHost: " + target.Host + "\r\nCookie: " + cookie + "\r\n\r\n")
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var group sync.WaitGroup
	end := time.Now().Add(length)
	for range connections {
		group.Go(func() {
			took, err := askUntil(target.Host, request, end)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	if failed != nil {
		return load{}, failed
	}
	slices.Sort(all)
	return load{perSecond: float64(len(all)) / length.Seconds(), took: all}, nil
}

func askUntil(host string, request []byte, end time.Time) ([]time.Duration, error) {
	connection, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	answers := bufio.NewReaderSize(connection, 32<<10)
	var took []time.Duration
	for {
		begin := time.Now()
		if begin.After(end) {
			return took, nil
		}
		if _, err := connection.Write(request); err != nil {
			return nil, err
		}
		if err := readAnswer(answers); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
}

// readAnswer reads one answer of status 200 with a Content-Length.
func readAnswer(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !strings.Contains(string(status[:min(len(status), 16)]), " 200 ") {
		return fmt.Errorf("answered %s", status)
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		const name = "Content-Length: "
		if len(line) > len(name) && string(line[:len(name)]) == name {
			if length, err = strconv.Atoi(strings.TrimSpace(string(line[len(name):]))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("no Content-Length")
	}
	_, err = r.Discard(length)
	return err
}

// bytesOnWire counts one answer, head and body, for a client that takes gzip.
func bytesOnWire(host, path, cookie string) (int, error) {
	connection, err := net.Dial("tcp", host)
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	_, err = fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n", path, host, cookie)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, connection)
	return int(n), err
}

// serveBare is the measure: net/http writing fixed bytes.
func serveBare(file string) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	length := strconv.Itoa(len(body))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("bare listens on http://%s\n", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(body)
	}))
}
