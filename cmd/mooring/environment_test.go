package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func inEnvironment(t *testing.T, environ []string, args ...string) (code int, stderr string) {
	t.Helper()
	getenv := func(name string) string {
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value
			}
		}
		return ""
	}
	var out, errs bytes.Buffer
	code = (&cli{getenv: getenv, environ: environ, stdin: strings.NewReader(""), stdout: &out, stderr: &errs}).run(t.Context(), args)
	return code, errs.String()
}

func TestUnknownVariablesAreToldWithoutTheirValue(t *testing.T) {
	const secret = "canary-of-a-value"
	for name, want := range map[string]string{
		"MOORING_PUBLIC_ULR": "did you mean MOORING_PUBLIC_URL?", "MOORING_URL": "did you mean MOORING_PUBLIC_URL?", "MOORING_TRUSTED_PROXIES": "did you mean MOORING_TRUSTED_PROXY?",
		"MOORING_PUBLICURL": "did you mean MOORING_PUBLIC_URL?", "MOORING_DATA_DIR": "did you mean MOORING_DATA?", "MOORING_LOGLEVEL": "did you mean MOORING_LOG_LEVEL?",
		"MOORING_PORT": "has no effect", "MOORING_COLOR": "has no effect\n",
	} {
		for _, args := range [][]string{{"version"}, {"keys", "list", "--data", t.TempDir()}, {"review", "--help"}} {
			_, stderr := inEnvironment(t, []string{name + "=" + secret, "HOME=/"}, args...)
			if !strings.HasPrefix(stderr, "mooring "+args[0]+": the environment variable "+name+" ") || !strings.Contains(stderr, want) || strings.Contains(stderr, secret) {
				t.Errorf("%v with %s said %q, want %q", args, name, stderr, want)
			}
		}
	}
	_, stderr := inEnvironment(t, []string{"MOORING_PUBLIC_ULR=" + secret, "MOORING_LISTEN=0.0.0.0:0"}, "serve", "--data", t.TempDir())
	if !strings.Contains(stderr, `"level":"WARN","msg":"the environment variable MOORING_PUBLIC_ULR`) || strings.Contains(stderr, secret) {
		t.Errorf("serve said %q", stderr)
	}
}

func TestKnownVariablesOfAnyCommandAreNotTold(t *testing.T) {
	environ := []string{
		"MOORING_PUBLIC_URL=x", "MOORING_PORTAL_LISTEN=x", "MOORING_DATA=x", "MOORING_KEY=x", "MOORING_E2E=required", "OTHER=x", "XMOORING_DATA=x",
		"MOORING_SIGN_IN=github client-id=x client-secret-env=MOORING_GITHUB_SECRET", "MOORING_GITHUB_SECRET=x",
		// A Service of Kubernetes that is called mooring, and one called mooring-web.
		"MOORING_SERVICE_HOST=10.0.0.1", "MOORING_SERVICE_PORT=80", "MOORING_SERVICE_PORT_HTTP=80", "MOORING_PORT=tcp://10.0.0.1:80", "MOORING_PORT_80_TCP=tcp://10.0.0.1:80",
		"MOORING_PORT_80_TCP_PROTO=tcp", "MOORING_PORT_80_TCP_PORT=80", "MOORING_PORT_80_TCP_ADDR=10.0.0.1", "MOORING_WEB_SERVICE_HOST=10.0.0.1", "MOORING_WEB_PORT=tcp://10.0.0.1:80",
	}
	for _, c := range commands() {
		if _, stderr := inEnvironment(t, environ, c.name, "--help"); strings.Contains(stderr, "environment variable") {
			t.Errorf("%s said %q", c.name, stderr)
		}
	}
}

// TestVariablesThatAreNamedSomewhereAreKnown reads the programs and the documents.
func TestVariablesThatAreNamedSomewhereAreKnown(t *testing.T) {
	known := (&cli{}).knownVariables()
	found := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".md") && entry.Name() != "Dockerfile" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, name := range regexp.MustCompile(`\bMOORING_[A-Z][A-Z0-9_]*[A-Z0-9]\b`).FindAllString(string(content), -1) {
			if found++; !slices.Contains(known, name) && !strings.HasPrefix(name, testPrefix) {
				t.Errorf("%s names %s, which the program would warn of", path, name)
			}
		}
		return nil
	})
	if err != nil || found < 50 {
		t.Errorf("found %d variables, %v", found, err)
	}
}
