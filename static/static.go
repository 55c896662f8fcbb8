// Package static holds the files that every page needs: one style sheet, two
// scripts and an icon. They are part of the program and served under the hash
// of their content, so a browser may keep them for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:embed app.css app.js favicon.svg vendor/htmx-2.0.11/htmx.min.js
var files embed.FS

// sources says under which name a file is served, and what it is.
var sources = []struct{ name, file, contentType string }{
	{"app.css", "app.css", "text/css; charset=utf-8"},
	{"app.js", "app.js", "text/javascript; charset=utf-8"},
	{"favicon.svg", "favicon.svg", "image/svg+xml"},
	{"htmx.min.js", "vendor/htmx-2.0.11/htmx.min.js", "text/javascript; charset=utf-8"},
}

// prefix is where Handler is mounted.
const prefix = "/static/"

type asset struct {
	path        string // "/static/3f2a…/app.css"
	contentType string
	plain, gzip []byte
}

// assets are read, hashed and compressed once, when the first is asked for.
var assets = sync.OnceValue(func() map[string]asset {
	byName := map[string]asset{}
	for _, s := range sources {
		content, err := files.ReadFile(s.file)
		if err != nil {
			panic("static: " + err.Error()) // embedded, so it cannot be missing
		}
		sum := sha256.Sum256(content)
		byName[s.name] = asset{
			path:        prefix + hex.EncodeToString(sum[:8]) + "/" + s.name,
			contentType: s.contentType,
			plain:       content,
			gzip:        compress(content),
		}
	}
	return byName
})

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("static: " + err.Error()) // the level is a constant
	}
	_, _ = w.Write(content) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// Path gives the address of a file: Path("app.css") is
// "/static/<hash>/app.css". It panics for a name that does not exist, because
// only a mistake in a template asks for one.
func Path(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: there is no " + name)
	}
	return a.path
}

// Handler serves the files at the addresses that Path gives, and nothing else.
// It wants the whole path of the request, with /static/ in front.
func Handler() http.Handler {
	byPath := map[string]asset{}
	for _, a := range assets() {
		byPath[a.path] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
			return
		}
		h, body := w.Header(), a.plain
		h.Set("Content-Type", a.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Accept-Encoding")
		if AcceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.gzip
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // whoever hung up needs no answer
		}
	})
}

// AcceptsGzip reads Accept-Encoding as far as it matters here: gzip is named and
// not refused with q=0.
func AcceptsGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(line, ",") {
			coding, q, weighted := strings.Cut(item, ";")
			if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				continue
			}
			if !weighted {
				return true
			}
			_, value, _ := strings.Cut(q, "=")
			weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return err == nil && weight > 0
		}
	}
	return false
}
