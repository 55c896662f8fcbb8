//go:build unix

package walkthrough

import (
	"os"
	"os/exec"
	"syscall"
)

// inGroup has a command and all that it starts stand in a group of their own.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// end sends a signal to the command and all that it started.
func end(cmd *exec.Cmd, signal os.Signal) {
	if s, ok := signal.(syscall.Signal); ok {
		_ = syscall.Kill(-cmd.Process.Pid, s)
	}
}
