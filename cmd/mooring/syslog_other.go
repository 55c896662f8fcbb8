//go:build !unix

package main

import "errors"

// syslogSink has nothing to send to on this system.
type syslogSink struct{}

// Name implements audit.Sink.
func (syslogSink) Name() string { return "syslog" }

// Send implements audit.Sink.
func (syslogSink) Send([]byte) error { return errors.New("there is no syslog on this system") }
