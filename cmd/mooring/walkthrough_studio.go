package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mooring/walkthrough"
	"mooring/walkthrough/camera"
)

// studio shoots walkthroughs: each in a world of its own, some side by side.
type studio struct {
	studioSettings
	cli     *cli
	all     []*walkthrough.Walkthrough
	chosen  []*walkthrough.Walkthrough
	broken  []walkthrough.Finding // links that lead nowhere
	browser *camera.Browser
	began   time.Time
	saying  sync.Mutex
}

// shot is a walkthrough with what came of it.
type shot struct {
	*walkthrough.Walkthrough
	take *walkthrough.Take
}

func openStudio(ctx context.Context, c *cli, v studioSettings, names []string) (*studio, error) {
	s := &studio{studioSettings: v, cli: c, began: time.Now()}
	addresses := map[string]*string{"base-url": &s.baseURL}
	for site, text := range s.clouds {
		addresses[site+"-url"] = text
	}
	for name, text := range addresses {
		if *text == "" {
			continue
		}
		var err error
		if *text, err = address(name, *text); err != nil {
			return nil, err
		}
	}
	all, err := walkthrough.ReadAll(os.DirFS(v.folder))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(w *walkthrough.Walkthrough) bool { return w.Name == name }) {
			return nil, usagef("there is no walkthrough %q in %s; mooring walkthrough list names them", name, v.folder)
		}
	}
	for _, w := range all {
		if len(names) == 0 || slices.Contains(names, w.Name) {
			s.chosen = append(s.chosen, w)
		}
	}
	s.all = all
	if v.only != "" && !slices.ContainsFunc(s.chosen[0].Scenes(), func(scene *walkthrough.Scene) bool { return scene.Picture && scene.Name == v.only }) {
		return nil, usagef("--only: %s has no picture %q", s.chosen[0].Name, v.only)
	}
	if len(v.people) > 0 && s.baseURL == "" {
		return nil, usagef("--as goes with --base-url: a demo has its own people")
	}
	if len(s.chosen) == 0 {
		return nil, fmt.Errorf("there is no walkthrough in %s", v.folder)
	}
	if err := s.checkSites(); err != nil {
		return nil, err
	}
	s.broken = slices.DeleteFunc(walkthrough.CheckLinks(all), func(f walkthrough.Finding) bool {
		return len(names) > 0 && !slices.Contains(names, f.Walkthrough)
	})
	s.browser, err = camera.Start(ctx)
	return s, err
}

// checkSites reports a simulated cloud that a walkthrough uses and whose address is
// not known.
func (s *studio) checkSites() error {
	if s.baseURL == "" {
		return nil // a demo knows its own
	}
	for site, url := range s.clouds {
		for _, w := range s.chosen {
			if *url == "" && slices.ContainsFunc(w.Scenes(), func(scene *walkthrough.Scene) bool { return scene.On == site }) {
				return usagef("%s uses the simulated %s: specify its address with --%s-url", w.Name, site, site)
			}
		}
	}
	return nil
}

func (s *studio) close() { s.browser.Close() }

// shoot acts all chosen walkthroughs out, as many side by side as there are
// processors. It says what it does.
func (s *studio) shoot(ctx context.Context) ([]shot, error) {
	shots := make([]shot, len(s.chosen))
	failures := make([]error, len(s.chosen))
	side := runtime.GOMAXPROCS(0)
	if s.baseURL != "" {
		side = 1 // they share the installation
	}
	places := make(chan struct{}, side)
	var group sync.WaitGroup
	for i, w := range s.chosen {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			shots[i].Walkthrough = w
			if shots[i].take, failures[i] = s.act(ctx, w); failures[i] != nil {
				failures[i] = fmt.Errorf("%s: %w", w.Name, failures[i])
			}
		})
	}
	group.Wait()
	return shots, errors.Join(append(failures, ctx.Err())...)
}

// compare tells what the shot would change. A picture counts as changed when a
// second take says so too: what a browser draws one way or the other is no
// reason to replace it.
func (s *studio) compare(ctx context.Context, r shot) ([]walkthrough.Change, int, error) {
	files := os.DirFS(s.folder)
	changes, identical, err := r.Compare(files, r.take)
	redrawn := func(c walkthrough.Change) bool { return c.Before != nil }
	if err != nil || len(r.take.Findings) > 0 || !slices.ContainsFunc(changes, redrawn) {
		return changes, identical, err
	}
	again, err := s.act(ctx, r.Walkthrough)
	if err != nil || len(again.Findings) > 0 {
		return changes, identical, err
	}
	second, _, err := r.Compare(files, again)
	changes = slices.DeleteFunc(changes, func(c walkthrough.Change) bool {
		return redrawn(c) && !slices.ContainsFunc(second, func(other walkthrough.Change) bool { return other.Path == c.Path })
	})
	return changes, identical, err
}

func (s *studio) act(ctx context.Context, w *walkthrough.Walkthrough) (*walkthrough.Take, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	folder, err := os.MkdirTemp("", "mooring-walkthrough-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	home := filepath.Join(folder, "home") // where commands run, and downloads lie
	if err := os.Mkdir(home, 0o700); err != nil {
		return nil, err
	}
	sites := map[string]string{walkthrough.OnMooring: s.baseURL}
	for site, url := range s.clouds {
		sites[site] = *url
	}
	world := camera.World{Sites: sites, Password: demoPassword, Folder: home}
	if s.baseURL != "" {
		world.People, world.Password = s.people, cmp.Or(s.cli.getenv(walkthroughPassword), demoPassword)
		world.SignInHint = ": specify a person of that installation with --as owner=ADDRESS, and set the password in " + walkthroughPassword
	}
	run := walkthrough.Run{Progress: s.progress(w), Only: s.only, Draft: s.draft, Lasting: s.baseURL != ""}
	if run.Shell, err = newShell(folder, home); err != nil {
		return nil, err
	}
	defer run.Shell.Close()
	clock := &sceneClock{}
	if s.baseURL == "" && w.World == walkthrough.DemoWorld {
		ended, err := startWalkthroughWorld(ctx, folder, w.Linked, world.Sites, clock.now)
		if err != nil {
			return nil, err
		}
		defer func() { cancel(); <-ended }()
	}
	stage := s.browser.Stage(ctx, world)
	defer stage.Close()
	run.Stage, run.Names = clock.on(stage), map[string]string{"folder": home}
	maps.Copy(run.Names, sites)
	return run.Act(ctx, w), nil
}

// progress says which picture of how many is done.
func (s *studio) progress(w *walkthrough.Walkthrough) func(string) {
	done, all := 0, w.Pictures()
	for _, step := range w.Steps {
		if step.Terminal != nil {
			all++
		}
	}
	return func(did string) {
		s.saying.Lock()
		defer s.saying.Unlock()
		done++
		fmt.Fprintf(s.cli.stderr, "%-24s %3d/%d  %s\n", w.Name, done, all, did)
	}
}

// sceneClock moves on by a millisecond from scene to scene, and not otherwise. Pictures
// are the same whenever they are taken, and what happened in one scene is older than what
// happens in the next.
type sceneClock struct{ scenes atomic.Int64 }

func (c *sceneClock) now() time.Time {
	return demoStart.Add(time.Duration(c.scenes.Load()) * time.Millisecond)
}

// on is a stage that moves the clock on.
func (c *sceneClock) on(stage walkthrough.Stage) walkthrough.Stage { return clockedStage{stage, c} }

type clockedStage struct {
	walkthrough.Stage
	clock *sceneClock
}

// Enter implements walkthrough.Stage.
func (s clockedStage) Enter(ctx context.Context, as, on string) error {
	s.clock.scenes.Add(1)
	return s.Stage.Enter(ctx, as, on)
}

// startWalkthroughWorld starts a demo world with this clock. It ends with ctx; what it gives
// is closed when it has ended.
func startWalkthroughWorld(ctx context.Context, folder string, linked int, sites map[string]string, now func() time.Time) (<-chan struct{}, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	public, err := serveSettings{listen: "127.0.0.1:0"}.public(listener.Addr())
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "world")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	v := demoSettings{portalListen: "127.0.0.1:0", consoleListen: "127.0.0.1:0", linked: linked}
	w, err := newDemoWorld(ctx, data, v, public, now, slog.New(slog.DiscardHandler))
	if err != nil {
		listener.Close()
		return nil, err
	}
	ready, ended := make(chan struct{}), make(chan struct{})
	var failed error
	go func() {
		defer close(ended)
		defer listener.Close()
		defer w.close()
		failed = w.serve(ctx, linked, listener, func() error { close(ready); return nil })
	}()
	select {
	case <-ready:
	case <-ended:
		return nil, fmt.Errorf("the demo world does not start: %w", failed)
	}
	sites[walkthrough.OnMooring] = public.String()
	for key, address := range w.consoleURLs() {
		sites[siteOf(key)] = address
	}
	return ended, nil
}

// newShell is a shell in which mooring is this program, and which knows nothing
// of whoever runs it.
func newShell(folder, home string) (*walkthrough.Shell, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	commands := filepath.Join(folder, "commands")
	if err := os.Mkdir(commands, 0o700); err != nil {
		return nil, err
	}
	if err := os.Symlink(program, filepath.Join(commands, "mooring")); err != nil {
		return nil, err
	}
	return &walkthrough.Shell{Folder: home, Env: []string{
		"PATH=" + commands + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + folder, "LANG=C.UTF-8", "TZ=UTC",
		"MOORING_LISTEN=127.0.0.1:0", // a free port: several of them may run
	}}, nil
}

// printPDF makes one PDF of the finished walkthroughs.
func (s *studio) printPDF(ctx context.Context, files fs.FS, names []string) ([]byte, error) {
	page, err := walkthrough.Standalone(files, names, walkthrough.LightTheme)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mooring-print-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		return nil, err
	}
	return s.browser.Print(ctx, file)
}
