package db_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"database/sql"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db/dbtest"
	"mooring/review"
)

// golden is the database that a Mooring of be3f1c1 left, opened by this one after
// these statements.
func golden(t *testing.T, statements ...string) world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mooring.db")
	packed, err := gzip.NewReader(bytes.NewReader(goldenFile(t, "mooring.db.gz")))
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := before.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	w := world{dbtest.At(t, path), t}
	var head audit.Head // gets the mark of this Mooring, whose keys are others
	w.ok(w.Writer().QueryRowContext(t.Context(), `SELECT number, digest, checkpoints, segments FROM audit_head`).
		Scan(&head.Number, &head.Digest, &head.Checkpoints, &head.Segments))
	_, err = w.Writer().ExecContext(t.Context(), `UPDATE audit_head SET mark = ?`, dbtest.Notary().MarkHead(head).Mark)
	w.ok(err)
	return w
}

func goldenFile(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "be3f1c1", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func goldenKey(t *testing.T) audit.Trusted {
	t.Helper()
	trusted, err := audit.ReadTrusted(goldenFile(t, "audit-log.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return trusted
}

// noLinks knows no cloud and changes nothing.
type noLinks struct{ review.Credentials }

func (noLinks) Clouds() cloud.Registry { return nil }

func (w world) reviews() *review.Service {
	return review.NewService(review.Config{Store: w.Reviews(), Credentials: noLinks{}, Notary: dbtest.Notary(), Now: morning.UTC,
		NewID: func() string { return "id" }, Log: slog.New(slog.DiscardHandler)})
}

// administrator is somebody of the database who may take evidence out.
func (w world) administrator() audit.Actor {
	w.t.Helper()
	return audit.Actor{PersonID: w.texts(`SELECT id FROM people WHERE site_admin = 1`)[0], Name: "admin"}
}

func (w world) pack(reviewID string) []byte {
	w.t.Helper()
	var pack bytes.Buffer
	w.ok(w.reviews().Evidence(w.t.Context(), w.administrator(), reviewID, &pack))
	return pack.Bytes()
}

func TestStoredSentencesOfRightsBecomeKeys(t *testing.T) {
	w := golden(t)
	contributor := []string{"azure-read", "azure-create-machines", "azure-create-resource-groups"}
	implied := []string{"azure-run-commands", "azure-list-keys"}
	for label, want := range map[string]struct{ rights, approved []string }{
		"Link 2":        {contributor[:1], contributor[:1]},
		"Link 4":        {append(slices.Clone(contributor), "azure-give-roles"), append(append(slices.Clone(contributor), "azure-give-roles"), implied...)},
		"Harbor Master": {append(slices.Clone(contributor), "azure-give-roles"), nil},
		"Locked Gate":   {nil, nil},
	} {
		c, err := w.Credentials().FindAny(t.Context(), w.texts(`SELECT id FROM credentials WHERE label = '` + label + `'`)[0])
		w.ok(err)
		var granted []string
		for _, r := range c.Rights {
			if strings.Contains(r.Key, " ") {
				t.Errorf("%s has a sentence for a key: %q", label, r.Key)
			}
			if r.Granted {
				granted = append(granted, r.Key)
			}
			same(t, label+": excess of "+r.Key, r.Excessive, r.Key == "azure-give-roles")
		}
		same(t, "the rights of "+label, strings.Join(granted, " "), strings.Join(want.rights, " "))
		slices.Sort(want.approved)
		slices.Sort(c.ApprovedRights)
		same(t, "what is approved of "+label, strings.Join(c.ApprovedRights, " "), strings.Join(want.approved, " "))
		same(t, label+" having approvals", c.ApprovedRights == nil, want.approved == nil)
	}
	rules, err := w.Credentials().Rules(t.Context())
	w.ok(err)
	same(t, "the policy", strings.Join(rules.ApproveRightsBeyond, " "), "azure-read azure-create-resource-groups")
}

func TestASentenceThatNobodyKnowsStays(t *testing.T) {
	w := golden(t, `UPDATE credentials SET approved_rights = '["It can sing.","Mooring cannot tell what it may do."]',
		rights = '[{"granted":true,"excessive":true,"sentence":"It can sing."},{"granted":false,"excessive":false,"sentence":"It cannot create resource groups."}]'
		WHERE label = 'Link 2'`,
		`UPDATE intake_policy SET rules = json_set(rules, '$.rights', NULL)`)
	c, err := w.Credentials().FindAny(t.Context(), w.texts(`SELECT id FROM credentials WHERE label = 'Link 2'`)[0])
	w.ok(err)
	same(t, "the rights", len(c.Rights), 2)
	same(t, "the unknown right", c.Rights[0], cloud.Right{Key: "It can sing.", Granted: true, Excessive: true})
	same(t, "the known right", c.Rights[1], cloud.Right{Key: "azure-create-resource-groups"})
	slices.Sort(c.ApprovedRights)
	same(t, "what is approved", strings.Join(c.ApprovedRights, ", "), "It can sing., unknown")
	rules, err := w.Credentials().Rules(t.Context())
	w.ok(err)
	same(t, "the policy", len(rules.ApproveRightsBeyond), 0)
}

func TestAPackOfFormat1IsTheSameToTheByte(t *testing.T) {
	w := golden(t)
	want := goldenFile(t, "evidence.zip")
	closed := w.texts(`SELECT id FROM reviews WHERE name = 'Autumn review'`)[0]
	for range 2 {
		if got := w.pack(closed); !bytes.Equal(got, want) {
			t.Fatalf("the pack has %d bytes, want the %d of be3f1c1", len(got), len(want))
		}
	}
	trusted := goldenKey(t)
	found, err := review.VerifyEvidence(bytes.NewReader(want), int64(len(want)), audit.Trust(trusted.Keys, trusted.Vouches))
	w.ok(err)
	same(t, "the proof", found.Proved, true)
	same(t, "the review", found.Review, "Autumn review")
}

func TestTheSnapshotsOfAClosedReviewAreLeftAlone(t *testing.T) {
	w := golden(t)
	closed := w.texts(`SELECT id FROM reviews WHERE name = 'Autumn review'`)[0]
	for _, snapshot := range w.texts(`SELECT snapshot FROM review_items WHERE review_id = '` + closed + `' AND snapshot <> ''`) {
		if strings.Contains(snapshot, `"key"`) || !strings.Contains(snapshot, `"sentence"`) && !strings.Contains(snapshot, `"rights":[]`) {
			t.Errorf("a snapshot was rewritten: %s", snapshot)
		}
	}
}

func TestAReviewThatIsClosedNowIsFormat2WithKeys(t *testing.T) {
	w := golden(t)
	open := w.texts(`SELECT id FROM reviews WHERE name = 'Winter review'`)[0]
	admin := w.administrator()
	w.ok(w.reviews().Close(t.Context(), account.Caller{Person: account.Person{ID: admin.PersonID, Name: "Ada", SiteAdmin: true}}, admin, open))
	pack := w.pack(open)
	files, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	w.ok(err)
	read := func(name string) string {
		file, err := files.Open(name)
		w.ok(err)
		text, err := io.ReadAll(file)
		w.ok(err)
		return string(text)
	}
	for file, wants := range map[string][]string{
		"manifest.json": {`"format": 2`},
		"decisions.json": {`{"key":"azure-give-roles","granted":true,"excessive":true,"sentence":"It can give roles to others`,
			`{"key":"azure-create-machines","granted":false,"excessive":false,"sentence":"It cannot create virtual machines`},
		"decisions.csv": {"Decision,Decision key,", "Keep,keep,", "Not decided,open,", "Connected,connected,"},
	} {
		for _, want := range wants {
			if text := read(file); !strings.Contains(text, want) {
				t.Errorf("%s does not hold %q: %.300s", file, want, text)
			}
		}
	}
	_, err = review.VerifyEvidence(bytes.NewReader(pack), int64(len(pack)), nil)
	w.ok(err)
}

func TestWhatIsNamedSinceIsNoChange(t *testing.T) {
	w := golden(t)
	closed := w.texts(`SELECT id FROM reviews WHERE name = 'Autumn review'`)[0]
	items, err := w.Reviews().Recorded(t.Context(), closed, 0, 100)
	w.ok(err)
	i := slices.IndexFunc(items, func(i review.Item) bool { return i.Label == "Harbor Master" })
	now := credential.Credential{Rights: []cloud.Right{{Key: "azure-read", Granted: true}, {Key: "azure-run-commands", Granted: true},
		{Key: "azure-create-resource-groups"}, {Key: "azure-classic", Granted: true}}}
	changes := map[string]review.RightChange{}
	for _, r := range w.reviews().RightsSince(now, items[i].Snapshot) {
		changes[r.Key] = r.Change
	}
	for key, want := range map[string]review.RightChange{"azure-read": "", "azure-run-commands": "", "azure-classic": review.RightAdded,
		"azure-create-resource-groups": review.RightRemoved, "azure-give-roles": review.RightRemoved} {
		same(t, "the change of "+key, changes[key], want)
	}
	same(t, "the number of rights", len(changes), 6)
	same(t, "what unknown rights change", len(w.reviews().RightsSince(credential.Credential{}, items[i].Snapshot)), 0)
}

func TestAnAuditLogOfBe3f1c1StillVerifies(t *testing.T) {
	verdict, err := audit.VerifyExport(bytes.NewReader(goldenFile(t, "audit.jsonl")), goldenKey(t), nil)
	if err != nil || verdict.Broken != nil || verdict.Entries < 60 {
		t.Errorf("the verdict is %+v, %v", verdict, err)
	}
}
