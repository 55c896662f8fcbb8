package simulated_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/simulated"
)

func TestAShellRunsTheCloudsPrograms(t *testing.T) {
	q := newQuay(t)
	for _, try := range []struct {
		text, want string
		failed     bool
	}{
		{"quay dock && cat berth", "dock", false},
		{"quay dock", "taken in north\n", false},
		{"A=$(quay dock) && printf '%s!\\n' \"$A\"", "taken in north!\n", false},
		{"echo $QUAY_HARBOR", "north\n", false},
		{"quay || echo $?", "quay: dock what?\n64\n", false},
		{"cat <<EOF > note\nharbor\nEOF\ncat note >> note; cat note | cat", "harbor\nharbor\n", false},
		{"rm -rf /", "bash: rm: command not found. The simulated Quay Shell knows quay, cat and what bash has built in.\n", true},
		{"cat /etc/passwd", "cat: /etc/passwd: No such file or directory\n", true},
		{"echo 'unclosed", "bash: ", true},
		{"while true; do echo harbor; done", "too long for the simulated shell", true},
		{"for i in {1..30}; do echo x > f$i; done", "keeps no more files", true},
	} {
		if out, failed := q.shells.Run(t.Context(), "north", try.text); failed != try.failed || !strings.Contains(out, try.want) {
			t.Errorf("%q printed %.300q, failed %v", try.text, out, failed)
		}
	}
	if out, failed := q.shells.Run(t.Context(), "south", "quay dock x && cat berth"); out != "dock x" || failed {
		t.Errorf("another account's shell printed %q", out)
	}
	q.shells.Limit(50 * time.Millisecond)
	if out, failed := q.shells.Run(t.Context(), "north", "while true; do x=1; done"); !failed || !strings.Contains(out, "stops after five seconds") {
		t.Errorf("an endless loop printed %q", out)
	}
}

func TestThePageOfAShell(t *testing.T) {
	q := newQuay(t)
	if r, body := q.get(t, "/shell/north"); r.StatusCode != 200 || !strings.Contains(body, "Signed in to north. Nothing you paste is run on this computer: a small interpreter reads it, and knows the programs quay and cat.") ||
		!strings.Contains(body, "<code>quay dock</code>") || !strings.Contains(body, `<a href="/shell/north" aria-current="page">Quay Shell</a>`) {
		t.Errorf("it answered %s: %s", r.Status, body)
	}
	r, body := q.post(t, "/shell/north", url.Values{"command": {"echo harbor"}})
	if !strings.Contains(body, `data-doc="answer">harbor`) || r.Request.URL.RawQuery != "run=1" {
		t.Errorf("%s answered %s", r.Request.URL, body)
	}
	if _, body := q.get(t, "/shell/south?run=1"); strings.Contains(body, "harbor") {
		t.Error("another account shows it")
	}
	for _, command := range []string{" ", strings.Repeat("x", 70_000)} {
		if r, body := q.post(t, "/shell/north", url.Values{"command": {command}}); r.StatusCode != 422 || !strings.Contains(body, "Paste a command first. It can have up to 64 KB.") {
			t.Errorf("%.10q answered %s", command, r.Status)
		}
	}
}

func TestTheLatestRunsAreKept(t *testing.T) {
	var runs simulated.Runs[string]
	if _, found := runs.Find(0); found {
		t.Error("there is no run yet")
	}
	for range simulated.KeptRuns {
		runs.Keep("old")
	}
	number := runs.Keep("new")
	for n, want := range map[int]string{number: "new", number - 1: "old", 2: "old", 1: "", 0: "", -1: "", number + 1: ""} {
		if run, found := runs.Find(n); run != want || found != (want != "") {
			t.Errorf("run %d is %q", n, run)
		}
	}
}
