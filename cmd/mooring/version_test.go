package main

import (
	"encoding/json"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"mooring/db"
)

func TestVersionNamesTheProgramAndItsSchema(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "db", "migrations", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if newest := len(files); newest == 0 || db.NewestSchema() != newest {
		t.Errorf("schema %d, and there are %d migrations", db.NewestSchema(), newest)
	}
	for _, args := range [][]string{{"version"}, {"--version"}} {
		code, stdout, stderr := program(t, nil, args...)
		for _, want := range []string{"mooring ", "\ncommit  ", "\nschema  ", "\ngo      " + runtime.Version() + "\n"} {
			if code != exitOK || stderr != "" || !strings.Contains(stdout, want) {
				t.Errorf("%v: exit %d, and no %q in %s%s", args, code, want, stdout, stderr)
			}
		}
	}
	code, stdout, _ := program(t, nil, "version", "--json")
	var said map[string]any
	if err := json.Unmarshal([]byte(stdout), &said); code != exitOK || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, stdout)
	}
	if said["schema"] != float64(len(files)) || said["go"] != runtime.Version() || said["version"] == "" || said["commit"] == "" {
		t.Errorf("%v", said)
	}
	if code, _, stderr := program(t, nil, "version", "of-what"); code != exitUsage || !strings.Contains(stderr, "of-what") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestVersionInventsNothing(t *testing.T) {
	yes, no := true, false
	repository := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: "v1.2.0"}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123"}, {Key: "vcs.time", Value: "2026-11-23T09:00:00Z"}, {Key: "vcs.modified", Value: modified}}}
	}
	tests := map[string]struct {
		version, commit string // by -ldflags
		info            *debug.BuildInfo
		want            buildInfo
		says            string
	}{
		"no build information": {want: buildInfo{Version: unknown, Commit: unknown, Time: unknown}, says: "mooring unknown\ncommit  unknown\n"},
		"outside a repository": {info: &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}},
			want: buildInfo{Version: unknown, Commit: unknown, Time: unknown}, says: "mooring unknown\ncommit  unknown\n"},
		"a clean repository": {info: repository("false"),
			want: buildInfo{Version: "v1.2.0", Commit: "0123", Time: "2026-11-23T09:00:00Z", Modified: &no}, says: "mooring v1.2.0\ncommit  0123 (2026-11-23T09:00:00Z)\n"},
		"a changed repository": {info: repository("true"),
			want: buildInfo{Version: "v1.2.0", Commit: "0123", Time: "2026-11-23T09:00:00Z", Modified: &yes}, says: "mooring v1.2.0\ncommit  0123 (2026-11-23T09:00:00Z, modified)\n"},
		"an archive": {version: "1.2.0", commit: "4567",
			want: buildInfo{Version: "1.2.0", Commit: "4567", Time: unknown}, says: "mooring 1.2.0\ncommit  4567\n"},
		"an archive inside another repository": {version: "1.2.0", commit: "4567", info: repository("true"),
			want: buildInfo{Version: "1.2.0", Commit: "4567", Time: unknown}, says: "mooring 1.2.0\ncommit  4567\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := thisBuild(test.version, test.commit, test.info)
			modified := func(b *bool) string {
				if b == nil {
					return unknown
				}
				return map[bool]string{true: "yes", false: "no"}[*b]
			}
			if got.Version != test.want.Version || got.Commit != test.want.Commit || got.Time != test.want.Time || modified(got.Modified) != modified(test.want.Modified) {
				t.Errorf("%+v", got)
			}
			if !strings.HasPrefix(got.String(), test.says) {
				t.Errorf("%s", got)
			}
		})
	}
}
