package e2e

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // to make what is stored older
)

// agesProofs makes the proof of each session older than it counts for.
func (s served) agesProofs(b *tab) {
	b.t.Helper()
	b.ages(s.world, s.data, "UPDATE sessions SET proved_at = proved_at - 601000")
}

// ages makes something older in the database of a folder. Mooring reads what
// it knows anew after a change of its own.
func (b *tab) ages(w *world, folder, statement string) {
	b.t.Helper()
	data, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "mooring.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		b.t.Fatal(err)
	}
	defer data.Close()
	if _, err := data.ExecContext(b.t.Context(), statement); err != nil {
		b.t.Fatal(err)
	}
	answer := b.fetch(http.MethodPost, w.address+"/settings/theme", url.Values{"theme": {"system"}})
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("the change answered %s", answer.Status)
	}
}

// TestProof does something dangerous long after signing in: with the password,
// with a passkey, and with script and without.
func TestProof(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	b := s.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.authenticator()
	b.setsUp(s)
	b.open(s.address + "/accounts/harbor/delete")
	b.find("heading", "Delete harbor") // at once after signing in

	s.agesProofs(b)
	b.open(s.address + "/accounts/harbor/delete")
	b.find("heading", "Confirm that it is you")
	b.fill("Password", "not this one")
	b.follow("button", "Confirm")
	b.sees("That is not your password.")
	b.shown("prove-refused")
	b.fill("Password", adminPassword)
	b.follow("button", "Confirm")
	b.find("heading", "Delete harbor")

	b.addPasskey(s.world, "Key ring")
	s.agesProofs(b)
	b.open(s.address + "/accounts/harbor/api-keys")
	b.follow("link", "New API key")
	b.find("heading", "Confirm that it is you")
	b.shown("prove")
	b.follow("button", "Confirm with a passkey")
	b.find("heading", "New API key")
}
