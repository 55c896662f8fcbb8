package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"mooring/db"
)

// Set by -ldflags "-X main.version=… -X main.commit=…" where a build has no
// repository to read them from.
var version, commit string

const unknown = "unknown"

// buildInfo says which program this is.
type buildInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Time     string `json:"commit_time"`
	Modified *bool  `json:"modified"` // nil when nothing says whether the source had changes
	Schema   int    `json:"schema"`   // the newest that this program can read
	Go       string `json:"go"`
}

// thisBuild prefers what the build was told over what Go wrote into the
// program, and leaves unknown what neither of them says.
func thisBuild(version, commit string, info *debug.BuildInfo) buildInfo {
	b := buildInfo{Version: version, Commit: commit, Time: unknown, Schema: db.NewestSchema(), Go: runtime.Version()}
	if info != nil {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		// A commit given by hand says nothing about the repository around it.
		if revision := settings["vcs.revision"]; b.Commit == "" && revision != "" {
			b.Commit = revision
			if at := settings["vcs.time"]; at != "" {
				b.Time = at
			}
			if changed, found := settings["vcs.modified"]; found {
				modified := changed == "true"
				b.Modified = &modified
			}
		}
	}
	if b.Version == "" {
		b.Version = unknown
	}
	if b.Commit == "" {
		b.Commit = unknown
	}
	return b
}

// String is what mooring version prints.
func (b buildInfo) String() string {
	revision := b.Commit
	var notes []string
	if b.Time != unknown {
		notes = append(notes, b.Time)
	}
	if b.Modified != nil && *b.Modified {
		notes = append(notes, "modified")
	}
	if len(notes) > 0 {
		revision += " (" + strings.Join(notes, ", ") + ")"
	}
	return fmt.Sprintf("mooring %s\ncommit  %s\nschema  %d\ngo      %s\n", b.Version, revision, b.Schema, b.Go)
}

// versionCommand prints which program this is.
func versionCommand(_ context.Context, c *cli, args []string) error {
	var asJSON bool
	s := c.settings("version", "print the version, the commit, and the newest database schema this program can read")
	s.BoolVar(&asJSON, "json", false, "print one line of JSON")
	if err := s.parse(args, 0); err != nil {
		return err
	}
	info, _ := debug.ReadBuildInfo() // nil when Go wrote none
	b := thisBuild(version, commit, info)
	if asJSON {
		return json.NewEncoder(c.stdout).Encode(b)
	}
	_, err := fmt.Fprint(c.stdout, b)
	return err
}
