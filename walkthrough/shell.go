package walkthrough

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Shell runs the commands of terminals, one after the other in one folder. What
// runs on goes on until Close.
type Shell struct {
	Folder string   // where commands run
	Env    []string // all of their environment, as NAME=value

	grace   time.Duration // to end after being asked to; 0: commandGrace
	running []*command
}

// Limits of commands.
const (
	commandTimeout = 90 * time.Second
	commandGrace   = 5 * time.Second // to end after being asked to
)

// run gives what a command prints, on both its outputs.
func (s *Shell) run(ctx context.Context, t *Terminal, line string) (string, error) {
	if s == nil {
		return "", errors.New("there is no shell to run commands in")
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	printed := &printout{until: t.Until, met: make(chan struct{})}
	c := &command{Cmd: exec.Command("sh", "-c", line), ended: make(chan struct{})}
	c.Dir, c.Env, c.Stdout, c.Stderr = s.Folder, s.Env, printed, printed
	inGroup(c.Cmd) // so that what it starts ends with it
	if err := c.Start(); err != nil {
		return "", err
	}
	go func() {
		defer close(c.ended)
		_ = c.Wait() // the exit code tells
	}()
	select {
	case <-printed.met:
		s.running = append(s.running, c)
		return printed.String(), nil
	case <-c.ended:
	case <-ctx.Done():
		end(c.Cmd, os.Kill)
		select { // with all that it printed
		case <-c.ended:
		case <-time.After(s.patience()):
		}
		return "", fmt.Errorf("it took too long: %s", printed)
	}
	select {
	case <-printed.met: // it ended right after that
		return printed.String(), nil
	default:
	}
	switch got := c.ProcessState.ExitCode(); {
	case t.Until != "":
		return "", fmt.Errorf("it ended before it printed %q: %s", t.Until, printed)
	case got != t.Exit:
		return "", fmt.Errorf("it ended with exit code %d instead of %d: %s", got, t.Exit, printed)
	}
	return printed.String(), nil
}

func (s *Shell) patience() time.Duration { return cmp.Or(s.grace, commandGrace) }

// command is a command with its end.
type command struct {
	*exec.Cmd
	ended chan struct{}
}

// Close ends what runs on.
func (s *Shell) Close() {
	for _, c := range s.running {
		end(c.Cmd, os.Interrupt)
	}
	late := time.After(s.patience())
	for _, c := range s.running {
		select {
		case <-c.ended:
		case <-late:
		}
		end(c.Cmd, os.Kill) // and what did not end with it
		<-c.ended
	}
	s.running = nil
}

// printout gathers what a command prints, and tells when it has printed certain
// words.
type printout struct {
	mu    sync.Mutex
	text  bytes.Buffer
	until string
	met   chan struct{}
	told  bool
}

func (p *printout) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Write(b)
	if !p.told && p.until != "" && strings.Contains(p.text.String(), p.until) {
		p.told = true
		close(p.met)
	}
	return len(b), nil
}

func (p *printout) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
