package firefox

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"mooring/e2e/browser"
)

// needFirefox gives the path of Firefox. Without it the test is skipped, unless
// the environment says that there has to be one.
func needFirefox(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("MOORING_FIREFOX") == "required" {
		t.Fatal("no Firefox (firefox-esr or firefox) in PATH, and MOORING_FIREFOX=required")
	}
	t.Skip("NOT TESTED IN FIREFOX: no firefox-esr or firefox in PATH; install it, or see CONTRIBUTING.md")
	return ""
}

// tab is the one tab of a Firefox of its own.
type tab struct {
	t       *testing.T
	socket  *websocket.Conn
	context string

	mu       sync.Mutex
	last     int
	answers  map[int]chan answer
	problems []string
}

// answer is what Firefox answers to a command, or tells by itself.
type answer struct {
	Type    string          `json:"type"`
	ID      int             `json:"id"`
	Method  string          `json:"method"`
	Result  json.RawMessage `json:"result"`
	Params  json.RawMessage `json:"params"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// preferences keep Firefox from asking hosts of its own.
const preferences = `user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("signon.rememberSignons", false);
user_pref("ui.prefersReducedMotion", 1);
`

// open starts Firefox.
func open(t *testing.T) *tab {
	t.Helper()
	path := needFirefox(t)
	profile := t.TempDir()
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", profile,
		"--remote-debugging-port", "0", "--remote-allow-origins", "http://127.0.0.1", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it has processes of its own
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if _, address, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
				found <- address
			}
		}
	}()
	b := &tab{t: t, answers: map[int]chan answer{}}
	select {
	case address := <-found:
		if b.socket, err = websocket.Dial(address+"/session", "", "http://127.0.0.1"); err != nil {
			t.Fatal(err)
		}
	case <-time.After(3 * browser.Patience):
		t.Fatal("Firefox does not listen")
	}
	go b.read()
	b.call("session.new", map[string]any{"capabilities": map[string]any{}}, nil)
	var tree struct{ Contexts []struct{ Context string } }
	b.call("browsingContext.getTree", map[string]any{}, &tree)
	b.context = tree.Contexts[0].Context
	b.call("session.subscribe", map[string]any{"events": []string{"log.entryAdded"}}, nil)
	b.call("browsingContext.setViewport", map[string]any{"context": b.context, "viewport": map[string]int{"width": 1280, "height": 800}}, nil)
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, problem := range b.problems {
			t.Error(problem)
		}
	})
	return b
}

// read hands answers to who waits for them, and keeps what is bad on the console.
func (b *tab) read() {
	for {
		var a answer
		if err := websocket.JSON.Receive(b.socket, &a); err != nil {
			return
		}
		b.mu.Lock()
		if a.Type == "event" {
			var entry struct{ Level, Text, Type string }
			if json.Unmarshal(a.Params, &entry) == nil && entry.Level == "error" {
				b.problems = append(b.problems, "console: "+entry.Text)
			}
		} else if waiting := b.answers[a.ID]; waiting != nil {
			delete(b.answers, a.ID)
			waiting <- a
		}
		b.mu.Unlock()
	}
}

// try sends one command and waits for its answer.
func (b *tab) try(method string, params, into any) error {
	waiting := make(chan answer, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.answers[id] = waiting
	b.mu.Unlock()
	if err := websocket.JSON.Send(b.socket, map[string]any{"id": id, "method": method, "params": params}); err != nil {
		return err
	}
	select {
	case a := <-waiting:
		if a.Type == "error" {
			return fmt.Errorf("%s: %s: %s", method, a.Error, a.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(a.Result, into)
	case <-time.After(3 * browser.Patience):
		return fmt.Errorf("%s: no answer", method)
	}
}

func (b *tab) call(method string, params, into any) {
	b.t.Helper()
	if err := b.try(method, params, into); err != nil {
		b.t.Fatal(err)
	}
}

// get calls a function of the page that gives a text. A page that is about to
// go gives nothing.
func (b *tab) get(function string, arguments ...string) string {
	list := []map[string]string{}
	for _, a := range arguments {
		list = append(list, map[string]string{"type": "string", "value": a})
	}
	var result struct {
		Type   string
		Result struct{ Value any }
	}
	err := b.try("script.callFunction", map[string]any{
		"functionDeclaration": function, "arguments": list, "awaitPromise": true, "target": map[string]string{"context": b.context},
	}, &result)
	if text, ok := result.Result.Value.(string); ok && err == nil && result.Type == "success" {
		return text
	}
	return ""
}

// until waits for a condition of the page.
func (b *tab) until(what string, done func() bool) {
	b.t.Helper()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	late := time.After(browser.Patience)
	for !done() {
		select {
		case <-late:
			b.t.Fatalf("waited in vain for %s; the page is %s", what, b.get("() => location.href + '\\n' + document.body.innerText"))
		case <-tick.C:
		}
	}
}

// sees waits until a part of the page shows all of these words.
func (b *tab) sees(selector string, phrases ...string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%q in %s", phrases, selector), func() bool {
		text := b.get(`s => [...document.querySelectorAll(s)].map(e => e.innerText.replace(/\s+/g, ' ')).join(' ')`, selector)
		for _, phrase := range phrases {
			if !strings.Contains(text, phrase) {
				return false
			}
		}
		return true
	})
}

// open goes to an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.call("browsingContext.navigate", map[string]any{"context": b.context, "url": address, "wait": "complete"}, nil)
}

// find gives the one element of this role and name, as assistive technology
// finds it, within a part of the page. A password has no role.
func (b *tab) find(within, role, name string) map[string]string {
	b.t.Helper()
	locator := map[string]any{"type": "accessibility", "value": map[string]string{"role": role, "name": name}}
	if role == "password" {
		locator = map[string]any{"type": "css", "value": "input[type=password]"}
	}
	var found []map[string]string
	b.until(role+" "+name+" in "+within, func() bool {
		roots := b.nodes(map[string]any{"type": "css", "value": within}, nil)
		if len(roots) == 1 {
			found = b.nodes(locator, roots)
		}
		return len(found) == 1
	})
	return found[0]
}

func (b *tab) nodes(locator map[string]any, roots []map[string]string) []map[string]string {
	params := map[string]any{"context": b.context, "locator": locator}
	if roots != nil {
		params["startNodes"] = roots
	}
	var found struct {
		Nodes []struct {
			SharedID string `json:"sharedId"`
		} `json:"nodes"`
	}
	if b.try("browsingContext.locateNodes", params, &found) != nil {
		return nil
	}
	var list []map[string]string
	for _, n := range found.Nodes {
		list = append(list, map[string]string{"sharedId": n.SharedID})
	}
	return list
}

// click presses and releases the mouse in the middle of an element. The page may
// change under it: then it is found again.
func (b *tab) click(within, role, name string) {
	b.t.Helper()
	b.until("a place to click on "+name, func() bool {
		element := b.find(within, role, name)
		err := b.try("script.callFunction", map[string]any{
			"functionDeclaration": "e => e.scrollIntoView({block: 'center', behavior: 'instant'})", "arguments": []any{element},
			"awaitPromise": true, "target": map[string]string{"context": b.context},
		}, nil)
		return err == nil && b.act(map[string]any{"type": "pointer", "id": "mouse", "actions": []map[string]any{
			{"type": "pointerMove", "x": 0, "y": 0, "origin": map[string]any{"type": "element", "element": element}},
			{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
		}}) == nil
	})
}

// fill types a text into the box with this role and label.
func (b *tab) fill(within, role, label, text string) {
	b.t.Helper()
	b.click(within, role, label)
	b.press(text)
}

// press presses the keys of a text.
func (b *tab) press(text string) {
	b.t.Helper()
	var keys []map[string]any
	for _, r := range text {
		keys = append(keys, map[string]any{"type": "keyDown", "value": string(r)}, map[string]any{"type": "keyUp", "value": string(r)})
	}
	if err := b.act(map[string]any{"type": "key", "id": "keyboard", "actions": keys}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) act(source map[string]any) error {
	return b.try("input.performActions", map[string]any{"context": b.context, "actions": []any{source}}, nil)
}

// path is the address after the host.
func (b *tab) path() string {
	u, err := url.Parse(b.get("() => location.href"))
	if err != nil {
		return ""
	}
	return u.Path
}
