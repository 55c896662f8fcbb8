package link

import (
	"crypto/x509"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/e2e/browser"
)

// textBrowser is a w3m on a terminal of its own.
type textBrowser struct {
	t      *testing.T
	folder string
	keys   io.Writer
	saved  int

	mu    sync.Mutex
	shown strings.Builder // on the terminal since the last key
}

// Write implements io.Writer, for what w3m writes to its terminal.
func (b *textBrowser) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shown.Write(p)
}

// What w3m writes when it is ready for the next key.
const (
	ready    = "Viewing <"
	forward  = "Forward: "
	backward = "Backward: "
	saving   = "Save buffer to: "
	entering = "TEXT:"
	secretly = "Password:"
	saveAs   = "mooring-harbor.cer" // the name that it suggests
)

// openText starts w3m. Without it the test is skipped, unless the environment
// says that the browsers have to be there.
func openText(t *testing.T, address string) *textBrowser {
	t.Helper()
	for _, name := range []string{"w3m", "script"} {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("MOORING_E2E") == "required" {
			t.Fatalf("no %s in PATH, and MOORING_E2E=required", name)
		}
		t.Skipf("NOT TESTED IN A TEXT BROWSER: no %s in PATH; install it, or see CONTRIBUTING.md", name)
	}
	b := &textBrowser{t: t, folder: t.TempDir()}
	cmd := exec.Command("script", "-qec", "stty rows 60 cols 100; exec w3m -cookie -o confirm_qq=0 '"+address+"'", "/dev/null")
	cmd.Dir = b.folder
	cmd.Env = append(os.Environ(), "HOME="+b.folder, "TERM=xterm", "LANG=C.UTF-8")
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.keys = keys
	cmd.Stdout = b
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b.expect(ready)
	t.Cleanup(func() {
		_ = keys.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return b
}

// press presses keys and waits until w3m writes something.
func (b *textBrowser) press(keys, then string) {
	b.t.Helper()
	b.mu.Lock()
	b.shown.Reset()
	b.mu.Unlock()
	if _, err := io.WriteString(b.keys, keys); err != nil {
		b.t.Fatal(err)
	}
	b.expect(then)
}

// expect waits until w3m has written something to its terminal.
func (b *textBrowser) expect(words string) {
	b.t.Helper()
	b.until(strconv.Quote(words)+" on the terminal", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return strings.Contains(b.shown.String(), words)
	})
}

// text is the page as w3m shows it.
func (b *textBrowser) text() string {
	b.t.Helper()
	b.saved++
	path := filepath.Join(b.folder, "page-"+strconv.Itoa(b.saved))
	b.press("S", saving)
	b.press("\x15"+path+"\r", ready)
	b.waitFor(path)
	page, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(page)
}

// waitFor waits for a file that w3m writes.
func (b *textBrowser) waitFor(path string) {
	b.t.Helper()
	b.until(path, func() bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 0
	})
}

func (b *textBrowser) until(what string, done func() bool) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(browser.Patience)
	for !done() {
		select {
		case <-late:
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("waited in vain for %s; the terminal has %q", what, b.shown.String())
		case <-tick.C:
		}
	}
}

// find puts the cursor on a text that comes after where it is.
func (b *textBrowser) find(text string) {
	b.t.Helper()
	b.press("/", forward)
	b.press(text+"\r", ready)
}

// fill fills in the field that comes after a text near the end of the page.
func (b *textBrowser) fill(label, prompt, text string) {
	b.t.Helper()
	b.press("G?", backward)
	b.press(label+"\r", ready)
	b.press("\t\r", prompt)
	b.press(text+"\r", ready)
}

// follow presses the link or button with this text.
func (b *textBrowser) follow(text string) {
	b.t.Helper()
	b.find(text)
	b.press("\r", ready)
}

// TestTextBrowser links with w3m, from the first page to the result.
func TestTextBrowser(t *testing.T) {
	t.Parallel()
	w := browser.AnyWorld(t, 0)
	b := openText(t, w.Address+"/")
	tide := browser.Scripted("Tide Tables")

	b.fill("E-mail address", entering, browser.Owner)
	b.fill("^ *Password", secretly, browser.Password)
	b.follow("Sign in")
	browser.WantWords(t, "the list", b.text(), "Nothing is linked yet.")

	b.find("Microsoft Azure")
	b.follow("Add credentials")
	form := b.text()
	browser.WantWords(t, "the form", form, "Azure credentials", "Get the certificate", "Subscription ID", "Update the command")
	if wide := "[" + strings.Repeat(" ", 36) + "]"; strings.Count(form, wide) < 3 {
		t.Errorf("the fields of IDs are narrower than an ID:\n%s", form)
	}

	certificate := filepath.Join(b.folder, "mooring.cer")
	b.find("Download management")
	b.press("\r", saveAs)
	b.press("\x15"+certificate+"\r", ready)
	b.until("the certificate", func() bool {
		der, err := os.ReadFile(certificate)
		if err == nil {
			_, err = x509.ParseCertificate(der)
		}
		return err == nil
	})
	b.press("B", "Viewing <Azure credentials") // back from the list of downloads

	b.fill("^ *Label", entering, "Tide")
	b.fill("^ *Subscription ID", entering, tide.SubscriptionID)
	b.fill("^ *Application .client. ID", entering, tide.ClientID)
	if filled := b.text(); !strings.Contains(filled, "["+tide.SubscriptionID+"]") || !strings.Contains(filled, "["+tide.ClientID+"]") {
		t.Errorf("the IDs are not in their fields:\n%s", filled)
	}
	b.follow("Save credentials")
	late := time.Now().Add(browser.Patience)
	page := b.text()
	for !strings.Contains(page, "Connected") && time.Now().Before(late) {
		b.press("R", ready) // reload
		page = b.text()
	}
	browser.WantWords(t, "the page of the credential", page, "Tide", "Connected", tide.SubscriptionID, "What Mooring can do")
}
