package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mooring/audit"
)

// auditSettings are what an operator says about the audit log.
type auditSettings struct {
	checkpoints, archive string
	keep                 int
}

func (s *settings) auditFlags(v *auditSettings) {
	s.StringVar(&v.checkpoints, "audit-checkpoints", "", "where to send signed checkpoints of the audit log, separated by commas: stdout, syslog, or the path of a file to append to; nowhere by default")
	s.IntVar(&v.keep, "audit-keep", 0, "days to keep audit log entries in the database before they are archived, and old checks before they are deleted; 0 keeps everything")
	s.StringVar(&v.archive, "audit-archive", "", "folder for archived audit log entries; required with --audit-keep")
	s.fromEnv("audit-checkpoints", "audit-keep", "audit-archive")
}

// auditing is what the settings come to.
type auditing struct {
	sinks   []audit.Sink
	keep    time.Duration
	archive string
}

const longestKeep = 100 * 366 // days

// auditing checks the settings. Entries go only where they are archived: what
// an auditor may ask for must not be lost by one number in the settings.
func (v auditSettings) auditing(stdout io.Writer) (auditing, error) {
	var a auditing
	for place := range strings.SplitSeq(v.checkpoints, ",") {
		switch place = strings.TrimSpace(place); place {
		case "":
		case "stdout":
			a.sinks = append(a.sinks, audit.WriterSink{Called: place, W: stdout})
		case "syslog":
			a.sinks = append(a.sinks, syslogSink{})
		default:
			path, err := filepath.Abs(place)
			if err != nil {
				return auditing{}, usagef("--audit-checkpoints: %v", err)
			}
			if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
				return auditing{}, usagef("--audit-checkpoints: %q is neither stdout nor syslog nor a file in a folder that exists", place)
			}
			a.sinks = append(a.sinks, audit.FileSink{Path: path})
		}
	}
	switch {
	case v.keep < 0 || v.keep > longestKeep:
		return auditing{}, usagef("--audit-keep: %d is not a number of days", v.keep)
	case v.keep == 0:
		return a, nil
	case v.archive == "":
		return auditing{}, usagef("--audit-keep needs --audit-archive, a folder for the entries that leave the database")
	}
	if err := os.MkdirAll(v.archive, 0o700); err != nil {
		return auditing{}, usagef("--audit-archive: %v", err)
	}
	archive, err := filepath.Abs(v.archive)
	if err != nil {
		return auditing{}, fmt.Errorf("--audit-archive: %w", err)
	}
	a.keep, a.archive = time.Duration(v.keep)*24*time.Hour, archive
	return a, nil
}
