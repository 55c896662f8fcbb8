//go:build unix

package walkthrough

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func newShell(t *testing.T, env ...string) *Shell {
	t.Helper()
	s := &Shell{Folder: t.TempDir(), Env: append(env, "PATH="+os.Getenv("PATH")), grace: 5 * time.Minute}
	t.Cleanup(s.Close)
	return s
}

func ran(t *testing.T, s *Shell, terminal Terminal) (string, error) {
	t.Helper()
	return s.run(t.Context(), &terminal, terminal.Run)
}

func TestATerminalShowsWhatBothOutputsSay(t *testing.T) {
	got, err := ran(t, newShell(t), Terminal{Run: "echo one; echo two >&2; printf three"})
	wantErr(t, err, nil)
	equal(t, "output", got, "one\ntwo\nthree")
}

func TestCommandsRunInOneFolderWithTheirOwnEnvironment(t *testing.T) {
	t.Setenv("MOORING_OF_THE_WRITER", "x")
	s := newShell(t, "ONE=1")
	_, err := ran(t, s, Terminal{Run: "echo hello > file"})
	wantErr(t, err, nil)
	got, err := ran(t, s, Terminal{Run: "cat file; pwd"})
	wantErr(t, err, nil)
	folder, err := filepath.EvalSymlinks(s.Folder)
	wantErr(t, err, nil)
	equal(t, "output", got, "hello\n"+folder+"\n")
	got, err = ran(t, s, Terminal{Run: "env"})
	wantErr(t, err, nil)
	if !strings.Contains(got, "ONE=1\n") || strings.Contains(got, "MOORING_OF_THE_WRITER") {
		t.Errorf("the environment is %s", got)
	}
}

func TestACommandEndsAsItsBlockSays(t *testing.T) {
	s := newShell(t)
	_, err := ran(t, s, Terminal{Run: "echo no; exit 3", Exit: 3})
	wantErr(t, err, nil)
	for want, terminal := range map[string]Terminal{
		"it ended with exit code 3 instead of 0: no\n":     {Run: "echo no; exit 3"},
		"it ended with exit code 0 instead of 1: ":         {Run: "true", Exit: 1},
		`it ended before it printed "ready": begun` + "\n": {Run: "echo begun", Until: "ready"},
	} {
		if _, err := ran(t, s, terminal); err == nil || err.Error() != want {
			t.Errorf("%s: error is %v, want %s", terminal.Run, err, want)
		}
	}
	if _, err := ran(t, &Shell{Folder: filepath.Join(s.Folder, "gone")}, Terminal{Run: "true"}); err == nil {
		t.Error("a command ran in a folder that is not there")
	}
}

// TestACommandIsReadyOnceItSaysSo tries it often: what ends right after its word
// was ready all the same.
func TestACommandIsReadyOnceItSaysSo(t *testing.T) {
	s := newShell(t)
	for range 20 {
		got, err := ran(t, s, Terminal{Run: "printf rea; printf 'dy to go\n'", Until: "ready"})
		wantErr(t, err, nil)
		if !strings.HasPrefix(got, "ready") {
			t.Errorf("it said %q", got)
		}
	}
}

func TestACommandThatTakesTooLongEndsWithItsChildren(t *testing.T) {
	s := newShell(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		until(ctx, func() bool { return there(filepath.Join(s.Folder, "begun")) })
		cancel()
	}()
	terminal := Terminal{Run: "echo waiting; sleep 300 & echo $! > child; touch begun; wait"}
	_, err := s.run(ctx, &terminal, terminal.Run)
	if err == nil || err.Error() != "it took too long: waiting\n" {
		t.Errorf("error is %v", err)
	}
	gone(t, filepath.Join(s.Folder, "child"))
}

func TestWhatRunsOnEndsAtCloseWithItsChildren(t *testing.T) {
	s := newShell(t)
	// The child does not hear the interrupt, as all that a shell starts with &.
	_, err := ran(t, s, Terminal{Run: "sleep 300 > /dev/null 2>&1 & echo $! > child; echo $$ > parent; echo ready; wait", Until: "ready"})
	wantErr(t, err, nil)
	_, err = ran(t, s, Terminal{Run: "kill -0 $(cat parent) && kill -0 $(cat child)"})
	wantErr(t, err, nil)
	s.Close()
	gone(t, filepath.Join(s.Folder, "parent"))
	gone(t, filepath.Join(s.Folder, "child"))
	s.Close() // again, without anything to end
}

func TestWhatRunsOnMayEndInOrder(t *testing.T) {
	s := newShell(t)
	_, err := ran(t, s, Terminal{Run: "trap 'echo bye > said; exit 0' INT; echo ready; while :; do sleep 0.01; done", Until: "ready"})
	wantErr(t, err, nil)
	s.Close()
	said, err := os.ReadFile(filepath.Join(s.Folder, "said"))
	wantErr(t, err, nil)
	equal(t, "said", string(said), "bye\n")
}

func TestWithoutAShellNoCommandRuns(t *testing.T) {
	take := Run{Stage: &stageFake{}}.Act(t.Context(), parsed(t, "x", guide("```terminal list\nrun: ls\n```\n")))
	equal(t, "findings", toldBy(take), []string{"x/walkthrough.md:8: terminal list: ls: there is no shell to run commands in"})
}

func TestTerminalsShowRememberAndHideWhatTheyPrint(t *testing.T) {
	var told []string
	f := &stageFake{words: []string{"Save"}}
	take := Run{Stage: f, Shell: newShell(t), Names: map[string]string{"who": "ada"}, Progress: func(did string) { told = append(told, did) }}.Act(t.Context(), parsed(t, "x", guide(fences(`'''terminal one
run: echo hello {who}, see http://localhost:4711/; printf '\n\n'
show:
  - match: localhost:\d+
    as: mooring.example
remember:
  address: http://\S+
  port: ':(\d+)'
'''

'''act
open: "{address}x{port}"
'''
`))))
	equal(t, "findings", toldBy(take), []string(nil))
	equal(t, "transcripts", take.Transcripts, map[string]string{"one": "$ echo hello {who}, see http://mooring.example/; printf '\\n\\n'\nhello ada, see http://mooring.example/\n"})
	equal(t, "progress", told, []string{"one"})
	if !slices.Contains(f.did, "open http://localhost:4711/x4711") {
		t.Errorf("did %q", f.did)
	}
}

func TestWhatIsWrongWithATerminalIsTold(t *testing.T) {
	const after = "\n'''picture last\nalt: x\n'''\n"
	for name, test := range map[string]struct{ block, want string }{
		"another end":         {"run: exit 2", "terminal one: exit 2: it ended with exit code 2 instead of 0: "},
		"nothing to remember": {"run: echo a\nremember:\n  id: id=(.*)", "terminal one: the output has no match for id"},
		"an unknown name":     {"run: echo {id}", "terminal one: nothing was remembered as {id}; known names are []"},
		"a secret":            {"run: echo max@harbor.io", "terminal one: it shows an e-mail address: replace it with show:"},
	} {
		f := &stageFake{}
		take := Run{Stage: f, Shell: newShell(t)}.Act(t.Context(), parsed(t, "x", guide(fences("'''terminal one\n"+test.block+"\n'''\n"+after))))
		equal(t, name, toldBy(take), []string{"x/walkthrough.md:8: " + test.want})
		equal(t, name+": transcripts", len(take.Transcripts), 0)
		equal(t, name+": the next picture", len(take.Pictures), 1)
	}
}

func there(file string) bool {
	data, err := os.ReadFile(file)
	return err == nil && (len(data) > 0 || strings.HasSuffix(file, "begun"))
}

// gone waits until the process whose number a file holds has ended.
func gone(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	wantErr(t, err, nil)
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	wantErr(t, err, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if !until(ctx, func() bool { return !running(pid) }) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		t.Fatalf("process %d of %s is still there", pid, filepath.Base(file))
	}
}

// until waits for what other processes do, and reports whether they did.
func until(ctx context.Context, holds func() bool) bool {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// running tells whether a process still does something; one that nobody has
// buried does not.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !there("/proc/self/stat")
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}
