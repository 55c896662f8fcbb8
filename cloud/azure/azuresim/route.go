package azuresim

import (
	"net/http"
	"slices"
	"strings"
)

// cutPath splits the path after its first segment.
func cutPath(path string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.Trim(path, "/"), "/")
	return first, rest
}

func allowed(r *http.Request, methods ...string) bool {
	return slices.Contains(methods, r.Method)
}

func methodNotAllowed(methods string) reply {
	return newReply(http.StatusMethodNotAllowed, "text/plain; charset=utf-8", []byte("method not allowed\n")).with("Allow", methods)
}
