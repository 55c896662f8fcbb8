package simulated

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// The bounds of one run of the simulated shell.
const (
	longestRun    = 5 * time.Second
	longestOutput = 64 << 10 // bytes
	longestFile   = 64 << 10
	mostFiles     = 20
)

// Shells are the simulated shells of a cloud, one for each account. They run what people
// paste as bash would, with the cloud's programs, cat, and files in memory that the account
// keeps: nothing in them reaches the machine.
type Shells struct {
	Name     string // the cloud's word, such as "CloudShell"
	Programs map[string]func(context.Context, Program) error
	Env      func(account string) []string // variables that its shell has, as "NAME=value"; nil: none

	mu     sync.Mutex
	opened map[string]*shell // by account
	runs   Runs[shellRun]
	limit  time.Duration // of a run; 0: longestRun
}

// Program is one call of a program in a shell.
type Program struct {
	Account        string   // whose shell it is
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	shell *shell
}

// ReadFile gives a file that a command names, if it exists.
func (p Program) ReadFile(name string) (content []byte, exists bool) {
	p.shell.filesMu.Lock()
	defer p.shell.filesMu.Unlock()
	content, exists = p.shell.files[path.Clean("/"+name)]
	return bytes.Clone(content), exists
}

// WriteFile writes a file that a command names.
func (p Program) WriteFile(name string, content []byte) error {
	file, err := p.shell.open(context.Background(), name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.Close()
}

// Exit is what a program returns to end with a status. Say why on Stderr before. Any other
// error ends the run.
func Exit(status uint8) error { return interp.ExitStatus(status) }

// Run runs a text in an account's shell, and gives what it printed and whether its last
// command failed. It doesn't know which accounts exist: ask before.
func (s *Shells) Run(ctx context.Context, account, text string) (output string, failed bool) {
	s.mu.Lock()
	if s.opened == nil {
		s.opened = map[string]*shell{}
	}
	opened := s.opened[account]
	if opened == nil {
		opened = &shell{all: s, account: account, files: map[string][]byte{}}
		s.opened[account] = opened
	}
	s.mu.Unlock()
	return opened.run(ctx, text)
}

// programs are the names of all programs, cat last.
func (s *Shells) programs() []string {
	return append(slices.Sorted(maps.Keys(s.Programs)), "cat")
}

// shell is the shell of one account.
type shell struct {
	all     *Shells
	account string

	mu sync.Mutex // one run at a time

	filesMu sync.Mutex // programs of a pipe run at the same time
	files   map[string][]byte
}

func (s *shell) run(ctx context.Context, text string) (output string, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.all.limit, longestRun))
	defer cancel()
	printed := &boundedBuffer{stop: cancel}
	program, err := syntax.NewParser().Parse(strings.NewReader(strings.ReplaceAll(text, "\r\n", "\n")), "")
	if err != nil {
		return "bash: " + err.Error() + "\n", true
	}
	variables := []string{"HOME=/", "PATH=/"}
	if s.all.Env != nil {
		variables = append(variables, s.all.Env(s.account)...)
	}
	runner, err := interp.New(interp.Env(expand.ListEnviron(variables...)), interp.Dir("/"), interp.StdIO(nil, printed, printed),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open), interp.ReadDirHandler2(noFolder), interp.StatHandler(noFile), interp.AccessHandler(noAccess))
	if err != nil {
		return "The simulated shell failed. This is an error in the simulator.\n", true
	}
	err = runner.Run(ctx, program)
	switch {
	case printed.full:
		fmt.Fprintln(&printed.text, "\nThe output is too long for the simulated shell.")
	case ctx.Err() != nil:
		fmt.Fprintln(&printed.text, "The simulated shell stops after five seconds.")
	}
	return printed.text.String(), err != nil
}

func (s *shell) exec(ctx context.Context, args []string) error {
	in := interp.HandlerCtx(ctx)
	if args[0] == "cat" {
		return s.cat(ctx, in, args[1:])
	}
	if program, ok := s.all.Programs[args[0]]; ok {
		return program(ctx, Program{Account: s.account, Args: args[1:], Stdin: in.Stdin, Stdout: in.Stdout, Stderr: in.Stderr, shell: s})
	}
	fmt.Fprintf(in.Stderr, "bash: %s: command not found. The simulated %s knows %s and what bash has built in.\n", args[0], s.all.Name, strings.Join(s.all.programs(), ", "))
	return interp.ExitStatus(127)
}

func (s *shell) cat(ctx context.Context, in interp.HandlerContext, names []string) error {
	if len(names) == 0 {
		_, err := io.Copy(in.Stdout, io.LimitReader(in.Stdin, longestFile))
		return err
	}
	for _, name := range names {
		file, err := s.open(ctx, name, os.O_RDONLY, 0)
		if err != nil {
			fmt.Fprintf(in.Stderr, "cat: %s: No such file or directory\n", name)
			return interp.ExitStatus(1)
		}
		if _, err := io.Copy(in.Stdout, file); err != nil {
			return err
		}
	}
	return nil
}

// file is a file in memory while it is open.
type file struct {
	content bytes.Buffer // no embedding: its other methods know no bound
	save    func([]byte)
}

func (f *file) Read(p []byte) (int, error) { return f.content.Read(p) }

func (f *file) Write(p []byte) (int, error) {
	if f.content.Len()+len(p) > longestFile {
		return 0, errors.New("the file is too long for the simulated shell")
	}
	return f.content.Write(p)
}

func (f *file) Close() error {
	if f.save != nil {
		f.save(f.content.Bytes())
	}
	return nil
}

func (s *shell) open(_ context.Context, name string, flag int, _ fs.FileMode) (io.ReadWriteCloser, error) {
	name = path.Clean("/" + name)
	if name == "/dev/null" {
		return &file{}, nil
	}
	s.filesMu.Lock()
	defer s.filesMu.Unlock()
	content, exists := s.files[name]
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		if !exists {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return &file{content: *bytes.NewBuffer(bytes.Clone(content))}, nil
	}
	if !exists && len(s.files) >= mostFiles {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("the simulated shell keeps no more files")}
	}
	opened := &file{save: func(written []byte) {
		s.filesMu.Lock()
		defer s.filesMu.Unlock()
		s.files[name] = bytes.Clone(written)
	}}
	if flag&os.O_APPEND != 0 {
		opened.content.Write(content)
	}
	return opened, nil
}

func noFolder(_ context.Context, name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func noFile(_ context.Context, name string, _ bool) (fs.FileInfo, error) {
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

func noAccess(_ context.Context, name string, _ interp.AccessMode) error {
	return &fs.PathError{Op: "access", Path: name, Err: fs.ErrNotExist}
}

// boundedBuffer ends a run that prints too much.
type boundedBuffer struct {
	mu   sync.Mutex   // programs of a pipe run at the same time
	text bytes.Buffer // no embedding: its other methods know no bound
	stop context.CancelFunc
	full bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text.Len()+len(p) > longestOutput {
		b.full = true
		b.stop()
		return 0, errors.New("too long")
	}
	return b.text.Write(p)
}
