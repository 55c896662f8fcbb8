package azuresim

import (
	"net/http"
	"strings"
)

// Trouble gives the code of what keeps a request from arriving, if a person chose
// that in the portal: a name that isn't found, a certificate that isn't trusted, a
// proxy that refuses. No server can bring these about, so the demo's client asks
// before it sends. Empty: nothing does.
func (s *Simulator) Trouble(r *http.Request) (code string) {
	path, signedIn := strings.ToLower(r.URL.Path), r.Header.Get("Authorization") != ""
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	for _, subscription := range s.world.subscriptions {
		if o := subscription.override; o != nil && o.effect == effectUnreached && o.stage == subscription.stageOf(path, signedIn) {
			return o.code
		}
	}
	return ""
}

// stageOf tells at which stage of a check of this subscription a request is sent;
// empty: it is about another one.
func (s *subscription) stageOf(path string, signedIn bool) string {
	own := "/subscriptions/" + s.id
	switch rest, isOwn := strings.CutPrefix(path, own); {
	case strings.HasPrefix(path, "/"+s.directory.id+"/"):
		if strings.HasSuffix(path, "/token") {
			return atSignIn
		}
		return atDirectory
	case path == "/"+s.id:
		return atClassic
	case !isOwn:
		return ""
	case rest == "" && signedIn:
		return atSubscription
	case rest == "":
		return atDirectory
	case strings.HasPrefix(rest, "/providers/microsoft.authorization/permissions"):
		return atRights
	case strings.HasPrefix(rest, "/providers/"):
		return atProviders
	}
	return ""
}
