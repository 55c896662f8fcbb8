package review_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/review"
	"mooring/secret"
)

// reviewed is a review in which everything happened, closed.
func (b *board) reviewed() review.Review {
	b.t.Helper()
	all := b.links("keep", "disable", "unlink", "ask", "open", "gone", "=HYPERLINK(\"http://evil.example\")")
	r := b.open("rita", "rob")
	b.clock = morning.Add(time.Hour)
	for _, c := range all[:3] {
		b.ok(b.decide("rita", r, c, review.Kind(c.Label)))
	}
	b.ok(b.decide("rob", r, all[3], review.Ask))
	b.ok(b.decide("rob", r, all[6], review.Ask))
	b.answer(r, all[6], "=1+1")
	b.ok(b.decideAs("rob", r, all[6], review.Decision{Kind: review.Keep, Reason: "<script>alert(1)</script>", Version: b.item("rob", r, all[6]).Version}))
	b.unlink(all[5])
	b.clock = morning.Add(2 * time.Hour)
	b.ok(b.Close(b.t.Context(), caller("rita"), actor("rita"), r.ID))
	return b.review(r.ID)
}

func (b *board) pack(r review.Review) []byte {
	b.t.Helper()
	var out bytes.Buffer
	b.ok(b.Evidence(b.t.Context(), actor("rose"), r.ID, &out))
	return out.Bytes()
}

func (b *board) publicKeys() []audit.PublicKey { return audit.NewNotary(b.ring).PublicKeys() }

func verified(pack []byte, keys []audit.PublicKey) (review.Summary, error) {
	return review.VerifyEvidence(bytes.NewReader(pack), int64(len(pack)), keys)
}

// contents reads the files of a pack in their order.
func contents(t testing.TB, pack []byte) (names []string, files map[string]string) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		names, files[f.Name] = append(names, f.Name), string(text)
	}
	return names, files
}

func TestThePackHoldsWhatWasDecided(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	pack := b.pack(r)
	found, err := verified(pack, b.publicKeys())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the review", found.Review, "Fourth quarter")
	equal(t, "what was decided", found.Decided, 4)
	equal(t, "the number of items", found.Total, 7)
	equal(t, "who made it is proved", found.Proved, true)
	equal(t, "the key", found.Key, b.publicKeys()[0].Fingerprint())
	equal(t, "when it was closed", found.ClosedAt.Equal(r.ClosedAt), true)
	names, files := contents(t, pack)
	sameList(t, "the files", names, []string{"decisions.csv", "decisions.json", "summary.html", "manifest.json", "manifest.sig"})

	rows, err := csv.NewReader(strings.NewReader(files["decisions.csv"])).ReadAll()
	b.ok(err)
	var outcomes []string
	for _, row := range rows[1:] {
		outcomes = append(outcomes, row[1])
	}
	sameList(t, "the outcomes", outcomes, []string{"Keep", "Disable", "Unlink", "Not decided: asked, and not answered",
		"Not decided", "Not decided: unlinked before", "Keep"})
	for _, row := range rows {
		for n, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
				t.Errorf("%s is a formula: %s", rows[0][n], cell)
			}
		}
	}

	var decisions struct {
		Review struct{ Undecided, Total int }
		Items  []struct {
			Label, Stage string
			Unlinked     bool
			Decision     *struct {
				Kind, Reason, By string
				State            review.Snapshot
			}
			Question *struct{ Text, Answer string }
		}
	}
	b.ok(json.Unmarshal([]byte(files["decisions.json"]), &decisions))
	equal(t, "the number of items", len(decisions.Items), 7)
	equal(t, "what is undecided", decisions.Review.Undecided, 2)
	disabled := decisions.Items[1]
	equal(t, "the state that was decided on", disabled.Decision.State.Word, "Connected")
	equal(t, "the rights then", len(disabled.Decision.State.Rights), 2)
	equal(t, "the subscription", disabled.Decision.State.CloudAccount, "subscription-disable")
	equal(t, "the reason", disabled.Decision.Reason, "Because of disable")
	equal(t, "who decided", disabled.Decision.By, "Rita")
	if decisions.Items[4].Decision != nil {
		t.Error("there is a decision on what is open")
	}
	equal(t, "the answer", decisions.Items[6].Question.Answer, "=1+1")

	page := files["summary.html"]
	for _, want := range []string{"Fourth quarter", "Disabled: 1", "Unlinked: 1", "Not decided: 3", "Kept: 2", "Because of disable",
		hex.EncodeToString(r.Anchor.Digest), "&lt;script&gt;alert(1)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	for _, not := range []string{"<script", "http://", "https://", "src=", "url("} {
		if strings.Contains(strings.ReplaceAll(page, "http://evil.example", ""), not) {
			t.Errorf("the summary has %q in it", not)
		}
	}
}

// The entry that closed the review stands in the pack, so that who holds the
// pack can tell whether the log is still the one of that day.
func TestThePackIsAnchoredInTheAuditLog(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	entries := b.entries("")
	found, err := verified(b.pack(r), nil)
	b.ok(err)
	equal(t, "the latest entry then", entries[0].Action, audit.CloseReview)
	if r.Anchor.Entry == 0 || found.AuditEntry != r.Anchor.Entry || found.AuditDigest != hex.EncodeToString(r.Anchor.Digest) || len(r.Anchor.Digest) != 32 {
		t.Errorf("the anchor is %+v, and the pack says %d %s", r.Anchor, found.AuditEntry, found.AuditDigest)
	}
}

func TestThePackIsTheSameEveryTime(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	first := b.pack(r)
	check := func(when string) {
		t.Helper()
		if !bytes.Equal(b.pack(r), first) {
			t.Error("the pack is another one", when)
		}
		if _, err := verified(first, b.publicKeys()); err != nil {
			t.Error("the pack does not hold", when, err)
		}
	}
	check("at once")
	b.clock = morning.AddDate(0, 3, 0)
	b.restart()
	check("after a restart, later")
	b.ring = b.ring.Rotated()
	b.restart()
	check("after a change of keys")
	b.demote("rita")
	b.unlink(b.find("credential-open"))
	b.organization("other", "olga")
	check("after changes elsewhere")
}

// A pack that was made before anybody asked for it is the one they get.
func TestThePackIsSignedWhenTheReviewIsClosed(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	key := b.publicKeys()[0].Fingerprint()
	b.ok(b.Work(t.Context()))
	b.ring = b.ring.Rotated()
	b.restart()
	found, err := verified(b.pack(r), b.publicKeys())
	b.ok(err)
	equal(t, "the key", found.Key, key)
}

func TestAnOlderKeyIsKnownByWhatVouchesForIt(t *testing.T) {
	b := newBoard(t)
	old := b.publicKeys()
	b.ring = b.ring.Rotated()
	b.restart()
	if _, err := verified(b.pack(b.reviewed()), old); err != nil {
		t.Errorf("who knows the key from before the change cannot follow it: %v", err)
	}
}

func TestAnExportIsToldToTheAuditLogFirst(t *testing.T) {
	b := newBoard(t)
	all := b.links("one")
	r := b.open("rita")
	b.ok(b.decide("rita", r, all[0], review.Keep))
	var out watcher
	wantErr(t, b.Evidence(t.Context(), actor("rose"), r.ID, &out), review.ErrNotClosed)
	b.ok(b.Close(t.Context(), caller("rita"), actor("rita"), r.ID))
	out.look = func() { equal(t, "the latest entry at the first byte", b.entries("")[0].Action, audit.ExportReview) }
	b.ok(b.Evidence(t.Context(), actor("rose"), r.ID, &out))
	b.demote("rose")
	before := out.written
	wantErr(t, b.Evidence(t.Context(), actor("rose"), r.ID, &out), account.ErrNoSuchAccount)
	equal(t, "what somebody without the right got", out.written, before)
	wantErr(t, b.Evidence(t.Context(), actor("rob"), "no such", &out), review.ErrNoSuchReview)
}

// watcher looks around when the first byte comes.
type watcher struct {
	look    func()
	written int
}

func (w *watcher) Write(p []byte) (int, error) {
	if w.written == 0 && w.look != nil {
		w.look()
	}
	w.written += len(p)
	return len(p), nil
}

// altered is a store in which somebody has changed a closed review.
type altered struct {
	review.Store
	change func(*review.Item)
}

func (a altered) Recorded(ctx context.Context, id string, after int64, most int) ([]review.Item, error) {
	items, err := a.Store.Recorded(ctx, id, after, most)
	for n := range items {
		a.change(&items[n])
	}
	return items, err
}

func TestWhatWasChangedInTheDatabaseIsNeverSignedAgain(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	b.pack(r)
	b.Service = review.NewService(review.Config{Store: altered{b.data.Reviews(), func(i *review.Item) {
		if i.Kind == review.Disable {
			i.Kind = review.Keep
		}
	}}, Notary: audit.NewNotary(b.ring), Now: b.now})
	var out bytes.Buffer
	wantErr(t, b.Evidence(t.Context(), actor("rose"), r.ID, &out), review.ErrEvidenceDiffers)
	if _, err := verified(out.Bytes(), nil); err == nil {
		t.Error("what left is taken for a pack")
	}
}

// repack writes files as Mooring would.
func repack(at time.Time, files ...string) []byte {
	var out bytes.Buffer
	z := review.NewPack(&out, at)
	for n := 0; n < len(files); n += 2 {
		z.Add(files[n], files[n+1])
	}
	if err := z.End(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestEveryKindOfTamperingIsFoundAndNamed(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	pack := b.pack(r)
	names, files := contents(t, pack)
	ordered := func(change func(name, text string) (string, string, bool)) (all []string) {
		for _, name := range names {
			if n, text, keep := change(name, files[name]); keep {
				all = append(all, n, text)
			}
		}
		return all
	}
	as := func(name, text string) (string, string, bool) { return name, text, true }
	if !bytes.Equal(repack(r.ClosedAt, ordered(as)...), pack) {
		t.Fatal("the same files do not make the same pack")
	}
	with := func(changed string, text func(string) string) []byte {
		return repack(r.ClosedAt, ordered(func(name, old string) (string, string, bool) {
			if name == changed {
				old = text(old)
			}
			return name, old, true
		})...)
	}

	// Another pack of the same Mooring, and one of another.
	second := b.open("rob")
	b.ok(b.Close(t.Context(), caller("rob"), actor("rob"), second.ID))
	_, other := contents(t, b.pack(second))
	stranger := newBoard(t)
	strange := stranger.pack(stranger.reviewed())
	_, strangers := contents(t, strange)

	compressed := func() []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, name := range names {
			w, err := z.Create(name)
			b.ok(err)
			_, err = io.WriteString(w, files[name])
			b.ok(err)
		}
		b.ok(z.Close())
		return out.Bytes()
	}
	commented := bytes.Clone(pack)
	commented[len(commented)-2] = 5
	commented = append(commented, "hello"...)
	hidden := bytes.Replace(bytes.Clone(pack), []byte("summary.html"), []byte("summary.htm?"), 1) // in the header before the file only

	for name, test := range map[string]struct {
		pack []byte
		says string
	}{
		"a row of the CSV":          {with("decisions.csv", func(s string) string { return strings.Replace(s, "Disable", "Keep", 1) }), "decisions.csv was changed after signing"},
		"a name of the same length": {with("decisions.csv", func(s string) string { return strings.Replace(s, "Rita", "Rito", 1) }), "decisions.csv was changed after signing"},
		"a decision in the JSON":    {with("decisions.json", func(s string) string { return strings.Replace(s, `"disable"`, `"keep"`, 1) }), "decisions.json was changed after signing"},
		"a word of the summary":     {with("summary.html", func(s string) string { return s + " " }), "summary.html was changed after signing"},
		"two files":                 {repack(r.ClosedAt, "decisions.csv", "", "decisions.json", "", "summary.html", files["summary.html"], "manifest.json", files["manifest.json"], "manifest.sig", files["manifest.sig"]), "decisions.csv and decisions.json"},
		"the total":                 {with("manifest.json", func(s string) string { return strings.Replace(s, `"total": 7`, `"total": 6`, 1) }), "manifest.sig is not the signature of this manifest.json"},
		"a field said twice":        {with("manifest.json", func(s string) string { return strings.Replace(s, `"total": 7`, `"total": 6, "total": 7`, 1) }), "manifest.json does not have the format that Mooring writes"},
		"a field of their own":      {with("manifest.json", func(s string) string { return strings.Replace(s, `"total": 7`, `"total": 7, "approved": true`, 1) }), "manifest.json does not have the format that Mooring writes"},
		"no manifest":               {with("manifest.json", func(string) string { return "" }), "manifest.json does not have the format that Mooring writes"},
		"a manifest of format 3":    {with("manifest.json", func(s string) string { return strings.Replace(s, `"format": 2`, `"format": 3`, 1) }), "It has format 3"},
		"fewer files named":         {with("manifest.json", func(s string) string { return strings.Replace(s, `"summary.html"`, `"summary.txt"`, 1) }), "doesn't list the files of a pack"},
		"the signature":             {with("manifest.sig", func(s string) string { return strings.Replace(s, `"purpose": "`, `"purpose": "x`, 1) }), "manifest.sig does not have the format that Mooring writes"},
		"another's signature":       {with("manifest.sig", func(string) string { return strangers["manifest.sig"] }), "don't name the same key"},
		"another manifest":          {with("manifest.json", func(string) string { return other["manifest.json"] }), "manifest.sig is not the signature of this manifest.json"},
		"another manifest, signed":  {repack(r.ClosedAt, "decisions.csv", files["decisions.csv"], "decisions.json", files["decisions.json"], "summary.html", files["summary.html"], "manifest.json", other["manifest.json"], "manifest.sig", other["manifest.sig"]), "manifest.json belongs to another pack"},
		"all of another Mooring":    {strange, "which is not one of the keys that you specified"},
		"a file more":               {repack(r.ClosedAt, append(ordered(as), "notes.txt", "hello")...), `a file "notes.txt" that does not belong`},
		"a file in a folder":        {repack(r.ClosedAt, append(ordered(as), "../summary.html", "hello")...), `a file "../summary.html" that does not belong`},
		"a file twice":              {repack(r.ClosedAt, append(ordered(as), "decisions.csv", "other")...), "decisions.csv twice"},
		"a file less":               {repack(r.ClosedAt, ordered(func(name, s string) (string, string, bool) { return name, s, name != "decisions.json" })...), "decisions.json is missing"},
		"no signature":              {repack(r.ClosedAt, ordered(func(name, s string) (string, string, bool) { return name, s, name != "manifest.sig" })...), "manifest.sig is missing"},
		"a renamed file":            {repack(r.ClosedAt, ordered(func(name, s string) (string, string, bool) { return strings.ToUpper(name), s, true })...), `a file "DECISIONS.CSV" that does not belong`},
		"another order":             {repack(r.ClosedAt, "manifest.sig", files["manifest.sig"], "decisions.csv", files["decisions.csv"], "decisions.json", files["decisions.json"], "summary.html", files["summary.html"], "manifest.json", files["manifest.json"]), "contains bytes outside the five files"},
		"another time":              {repack(r.ClosedAt.Add(time.Hour), ordered(as)...), "contains bytes outside the five files"},
		"something before":          {append([]byte("#!/bin/sh\n"), pack...), "contains bytes outside the five files"},
		"something behind":          {append(bytes.Clone(pack), make([]byte, 22)...), "ZIP file"},
		"a comment":                 {commented, "contains bytes outside the five files"},
		"compressed again":          {compressed(), "contains bytes outside the five files"},
		"a name for other readers":  {hidden, "contains bytes outside the five files"},
		"two packs in one":          {append(b.pack(second), pack...), "contains bytes outside the five files"},
		"half of it":                {pack[:len(pack)/2], "It is not a ZIP file, or it was cut off"},
		"nothing":                   {nil, "It is not a ZIP file, or it was cut off"},
	} {
		_, err := verified(test.pack, b.publicKeys())
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}

// There is no byte in a pack that anybody could change.
func TestEveryByteOfAPackCounts(t *testing.T) {
	b := newBoard(t)
	all := b.links("one")
	r := b.open("rita")
	b.ok(b.decide("rita", r, all[0], review.Keep))
	b.ok(b.Close(t.Context(), caller("rita"), actor("rita"), r.ID))
	pack, keys := b.pack(r), b.publicKeys()
	for n := range pack {
		pack[n] ^= 1
		if _, err := verified(pack, keys); err == nil {
			t.Fatalf("byte %d of %d was changed, and nobody noticed", n, len(pack))
		}
		pack[n] ^= 1
	}
	for n := range pack {
		if n%97 == 0 {
			if _, err := verified(pack[:n], keys); err == nil {
				t.Fatalf("the pack was cut off at %d, and nobody noticed", n)
			}
		}
	}
	if _, err := verified(pack, keys); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutAKeyNothingIsProvedAboutTheMaker(t *testing.T) {
	b := newBoard(t)
	found, err := verified(b.pack(b.reviewed()), nil)
	b.ok(err)
	equal(t, "who made it is proved", found.Proved, false)
	equal(t, "the key", found.Key, b.publicKeys()[0].Fingerprint())
	if _, err := verified(b.pack(b.review("id-001")), audit.NewNotary(secret.NewRing()).PublicKeys()); err == nil {
		t.Error("another's key was taken")
	}
}

// When one of these digests changes, packs that were signed before no longer fit
// what is written: let evidenceFormat grow with it, once format 2 was released.
func TestTheSpellingOfAPackIsKept(t *testing.T) {
	b := newBoard(t)
	r := b.reviewed()
	_, files := contents(t, b.pack(r))
	files["summary.html"] = strings.NewReplacer(hex.EncodeToString(r.Anchor.Digest), "DIGEST",
		fmt.Sprintf("Entry %d ", r.Anchor.Entry), "Entry N ").Replace(files["summary.html"])
	for name, want := range map[string]string{
		"decisions.csv":  "f385f58ed19974011adf7f89499ff80f44f7c80fc860d20639062af1a9f4c213",
		"decisions.json": "20da74716b4d64de8d2f1dea78106b96f6bb38a6b9917daf1e488f088cc3028e",
		"summary.html":   "a58b13efa117c1e3bd08ee23bd8069cadd4fef0e576acaea87e0b4a92198bb90",
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(files[name]))); got != want {
			t.Errorf("%s has the digest %s, want %s", name, got, want)
		}
	}
}

// A long review does not become a long page.
func TestTheSummaryOfALongReviewIsShort(t *testing.T) {
	b := newBoard(t)
	for n := range 600 {
		b.link(fmt.Sprintf("link-%04d", n), "harbor", "olga")
	}
	r := b.open("rita")
	b.ok(b.Close(t.Context(), caller("rita"), actor("rita"), r.ID))
	pack := b.pack(r)
	if _, err := verified(pack, b.publicKeys()); err != nil {
		t.Fatal(err)
	}
	_, files := contents(t, pack)
	if page := files["summary.html"]; strings.Count(page, "<td>link-") != 500 || !strings.Contains(page, "The other 100 are in decisions.csv") {
		t.Errorf("it shows %d", strings.Count(page, "<td>link-"))
	}
	equal(t, "the lines of the CSV", strings.Count(files["decisions.csv"], "\n"), 601)
}
