//go:build unix

package main

import (
	"bytes"
	"errors"
	"log/syslog"
)

// syslogSink sends checkpoints to the system's log.
type syslogSink struct{}

// Name implements audit.Sink.
func (syslogSink) Name() string { return "syslog" }

// Send implements audit.Sink. Checkpoints are rare, so each has a connection
// of its own, and a syslog that was restarted is found again.
func (syslogSink) Send(line []byte) error {
	w, err := syslog.New(syslog.LOG_NOTICE|syslog.LOG_AUTH, "mooring")
	if err != nil {
		return err
	}
	_, err = w.Write(bytes.TrimSuffix(line, []byte("\n")))
	return errors.Join(err, w.Close())
}
