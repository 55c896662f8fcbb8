package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
)

func get(t *testing.T, method, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestServed(t *testing.T) {
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8",
		"htmx.min.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml",
	} {
		t.Run(name, func(t *testing.T) {
			plain, zipped := get(t, "GET", Path(name), ""), get(t, "GET", Path(name), "br, gzip;q=0.8")
			for _, response := range []*http.Response{plain, zipped} {
				for header, want := range map[string]string{
					"Content-Type": contentType, "Cache-Control": "public, max-age=31536000, immutable",
					"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding",
				} {
					if got := response.Header.Get(header); got != want {
						t.Errorf("%s: %q, want %q", header, got, want)
					}
				}
			}
			want := body(t, plain.Body)
			if got := plain.Header.Get("Content-Length"); got != strconv.Itoa(len(want)) {
				t.Errorf("Content-Length %s of %d bytes", got, len(want))
			}
			packed := body(t, zipped.Body)
			if got := zipped.Header.Get("Content-Length"); got != strconv.Itoa(len(packed)) {
				t.Errorf("Content-Length %s of %d packed bytes", got, len(packed))
			}
			unpacked, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if got := body(t, unpacked); !bytes.Equal(got, want) || len(want) == 0 {
				t.Error("gzip and plain differ")
			}
			head := get(t, "HEAD", Path(name), "")
			if content := body(t, head.Body); len(content) != 0 || head.Header.Get("Content-Length") != strconv.Itoa(len(want)) {
				t.Errorf("HEAD: %d bytes, Content-Length %s", len(content), head.Header.Get("Content-Length"))
			}
		})
	}
}

func TestNothingElse(t *testing.T) {
	hash := strings.Split(Path("app.css"), "/")[2]
	for path, want := range map[string]int{
		"/static/": 404, "/static/app.css": 404, "/static/0000000000000000/app.css": 404, "/static/" + hash + "/": 404,
		"/static/" + hash + "/app.js": 404, "/static/" + hash + "/../static.go": 404, "/static/static.go": 404, "/app.css": 404,
	} {
		if got := get(t, "GET", path, "").StatusCode; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := get(t, "POST", Path("app.css"), "").StatusCode; got != 405 {
		t.Errorf("POST: %d", got)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for encoding, want := range map[string]bool{
		"gzip": true, "gzip, br": true, "br, GZIP ; q=0.5": true, "": false, "br": false, "gzip;q=0": false, "gzip;q=0.0": false, "gzipped": false, "gzip;q=much": false,
	} {
		if got := AcceptsGzip(&http.Request{Header: http.Header{"Accept-Encoding": {encoding}}}); got != want {
			t.Errorf("%q: %v", encoding, got)
		}
	}
}

func TestUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a name that does not exist got an address")
		}
	}()
	Path("nothing.css")
}

// TestHtmxIsWhatItSays compares the file with the sums in its README.
func TestHtmxIsWhatItSays(t *testing.T) {
	const folder = "vendor/htmx-2.0.11/"
	script, err := os.ReadFile(folder + "htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(folder + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	short, long := sha256.Sum256(script), sha512.Sum384(script)
	for _, want := range []string{
		"`" + hex.EncodeToString(short[:]) + "`",
		"`sha384-" + base64.StdEncoding.EncodeToString(long[:]) + "`",
		"version 2.0.11",
	} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("the README does not say %s", want)
		}
	}
	if !strings.Contains(string(script), `version:"2.0.11"`) {
		t.Error("the script says another version")
	}
	if _, err := os.Stat(folder + "LICENSE"); err != nil {
		t.Error(err)
	}
}

// TestNothingFromElsewhere: no file fetches anything from another host.
func TestNothingFromElsewhere(t *testing.T) {
	for _, name := range []string{"app.css", "app.js", "favicon.svg"} {
		content := strings.ReplaceAll(string(assets()[name].plain), "http://www.w3.org/2000/svg", "")
		for _, forbidden := range []string{"http://", "https://", "url(", "@import"} {
			if strings.Contains(content, forbidden) {
				t.Errorf("%s contains %q", name, forbidden)
			}
		}
	}
}
