// Command bench measures Mooring beside a bare net/http server that writes the
// same bytes, both as programs of their own, in turn and in one run. With
// --admin it measures the administrators' list at two sizes instead, and with
// --soak how much memory a long mixed load takes. Read the
// ratios: the absolute numbers are this machine's.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mooring/docs/walkthroughs"
)

const (
	connections = 32
	password    = "a long enough password"
)

func main() {
	seconds := flag.Int("seconds", 3, "length of one round")
	rounds := flag.Int("rounds", 3, "rounds of each, in turn")
	admin := flag.Bool("admin", false, "measure the administrators' list")
	few := flag.Int("few", 1000, "linked accounts of the small site, with --admin")
	many := flag.Int("many", 1_000_000, "linked accounts of the large site, with --admin")
	times := flag.Int("times", 41, "times that each page is asked for, with --admin")
	keep := flag.String("keep", "", "folder to keep what was filled in for the next time, with --admin")
	length := flag.Duration("soak", 0, "length of a mixed load that must not make memory grow; nothing else is measured then")
	bare := flag.String("bare", "", "serve this file's bytes as the bare server (used by bench itself)")
	flag.Parse()
	var err error
	switch {
	case *bare != "":
		err = serveBare(*bare)
	case *length > 0:
		err = measureSoak(*length)
	case *admin:
		err = measureAdmin(*few, *many, *times, *keep)
	default:
		err = measure(time.Duration(*seconds)*time.Second, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(round time.Duration, rounds int) error {
	folder, err := os.MkdirTemp("", "mooring-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	binary := filepath.Join(folder, "mooring")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "mooring/cmd/mooring").CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	data := filepath.Join(folder, "data")
	if err := prepare(binary, data); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	start := time.Now()
	served, err := startMooring(binary, data)
	if err != nil {
		return err
	}
	defer served.stop()
	if err := answers(served.address + "/healthz"); err != nil {
		return err
	}
	cold := time.Since(start)

	visitor, err := signIn(served.address)
	if err != nil {
		return err
	}
	page := served.address + "/accounts/harbor/cloud-providers"
	body, err := visitor.get(page)
	if err != nil {
		return err
	}
	if n := strings.Count(body, `data-testid="credential-row"`); n != 3 {
		return fmt.Errorf("the page shows %d credentials", n)
	}
	view, err := firstView(visitor, page)
	if err != nil {
		return err
	}
	idle, err := residentMB(served.process.Process.Pid)
	if err != nil {
		return err
	}
	copied := filepath.Join(folder, "page.html")
	if err := os.WriteFile(copied, []byte(body), 0o600); err != nil {
		return err
	}
	bare, err := startBare(copied)
	if err != nil {
		return err
	}
	defer bare.stop()

	requests := map[string]string{"Mooring": page, "bare": bare.address + "/"}
	results := map[string][]load{}
	for range rounds {
		for _, name := range []string{"bare", "Mooring"} {
			result, err := run(requests[name], visitor.cookie(served.address), round)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			results[name] = append(results[name], result)
		}
	}
	report(results, cold, idle, view, len(body))
	return reportSize(binary)
}

// reportSize tells how large the program file is, and how much of it are the pictures
// of the help.
func reportSize(binary string) error {
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	var pictures int64
	err = fs.WalkDir(walkthroughs.Files, ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(entry.Name()) != ".png" {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			pictures += info.Size()
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("  program file            %.1f MB: %.1f MB of pictures and %.1f MB of everything else   (aim: at most 42 MB of that)\n",
		float64(info.Size())/1e6, float64(pictures)/1e6, float64(info.Size()-pictures)/1e6)
	return nil
}

func report(results map[string][]load, cold time.Duration, idle float64, view wire, page int) {
	fmt.Printf("The signed-in Cloud Providers page, three credentials, %d bytes, %d keep-alive connections, medians of %d rounds:\n\n",
		page, connections, len(results["bare"]))
	fmt.Printf("  %-8s %10s %10s %10s\n", "", "req/s", "p50 ms", "p99 ms")
	for _, name := range []string{"bare", "Mooring"} {
		r := results[name]
		fmt.Printf("  %-8s %10.0f %10.2f %10.2f\n", name, median(r, rate), median(r, p50), median(r, p99))
	}
	ratios := make([]load, len(results["bare"]))
	for i := range ratios {
		ratios[i].perSecond = results["Mooring"][i].perSecond / results["bare"][i].perSecond
	}
	fmt.Printf("\n  ratio of throughput     %.2f   (aim: at least 0.35)\n", median(ratios, rate))
	fmt.Printf("  first view              %.1f KB in %d requests   (aim: under 60 KB, at most 5)\n", float64(view.bytes)/1000, view.requests)
	fmt.Printf("  of it the page          %.1f KB on the wire\n", float64(view.page)/1000)
	fmt.Printf("  cold start to an answer %d ms   (aim: under 100 ms)\n", cold.Milliseconds())
	fmt.Printf("  idle memory             %.0f MB   (aim: under 40 MB)\n", idle)
}

func median(loads []load, of func(load) float64) float64 {
	values := make([]float64, len(loads))
	for i, l := range loads {
		values[i] = of(l)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// server is a program that was started and says where it listens.
type server struct {
	process *exec.Cmd
	address string
	setUp   string
}

func (s *server) stop() {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	_ = s.process.Wait()
}

var (
	listens = regexp.MustCompile(`listens on (http://\S+)`)
	setsUp  = regexp.MustCompile(`^  (http://\S+/setup/\S+)$`)
)

func startMooring(binary, data string) (*server, error) {
	return startProgram(serving(binary, data), false)
}

// startFirst starts Mooring on an empty folder, and waits for the link that sets it up.
func startFirst(binary, data string) (*server, error) {
	return startProgram(serving(binary, data), true)
}

func serving(binary, data string) *exec.Cmd {
	return exec.Command(binary, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "info")
}

func startBare(file string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startProgram(exec.Command(self, "--bare", file), false)
}

// startProgram waits for the address, and for the link to set up if there will be one.
func startProgram(command *exec.Cmd, setUp bool) (*server, error) {
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	s := &server{process: command}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := setsUp.FindStringSubmatch(lines.Text()); found != nil {
			s.setUp = found[1]
		}
		if found := listens.FindStringSubmatch(lines.Text()); found != nil {
			s.address = found[1]
		}
		if s.address != "" && (s.setUp != "" || !setUp) {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s, nil
		}
	}
	return nil, fmt.Errorf("%s did not start", command)
}

// prepare makes the first administrator and three credentials.
func prepare(binary, data string) error {
	s, err := startFirst(binary, data)
	if err != nil {
		return err
	}
	defer s.stop()
	v := newVisitor()
	if err := v.post(s.setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {password}, "organization": {"harbor"}}); err != nil {
		return err
	}
	for i, label := range []string{"Production", "Staging", "Sandbox"} {
		id := fmt.Sprintf("aaaaaaaa-bbbb-cccc-dddd-00000000000%d", i)
		if err := v.post(s.address+"/accounts/harbor/cloud-providers/azure/credentials", url.Values{
			"label": {label}, "subscription_id": {id}, "client_id": {"cccccccc-0000-4000-8000-000000000001"}, "verify": {"no"}}); err != nil {
			return err
		}
	}
	return nil
}

// visitor is a browser as far as cookies go.
type visitor struct{ *http.Client }

func newVisitor() visitor {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return visitor{&http.Client{Jar: jar}}
}

func signIn(address string) (visitor, error) {
	v := newVisitor()
	return v, v.post(address+"/login", url.Values{"email": {"ada@example.com"}, "password": {password}})
}

func (v visitor) post(address string, form url.Values) error {
	answer, err := v.PostForm(address, form)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || strings.HasSuffix(answer.Request.URL.Path, "/login") {
		return fmt.Errorf("%s led to %s with %s", address, answer.Request.URL, answer.Status)
	}
	return nil
}

func (v visitor) get(address string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept-Encoding", "identity")
	answer, err := v.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

func (v visitor) cookie(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	var pairs []string
	for _, c := range v.Jar.Cookies(at) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// answers waits for the first answer.
func answers(address string) error {
	var err error
	for range 200 {
		var answer *http.Response
		if answer, err = http.Get(address); err == nil {
			return answer.Body.Close()
		}
		time.Sleep(time.Millisecond)
	}
	return err
}

// wire is what a first view sends.
type wire struct{ bytes, page, requests int }

var asset = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// firstView asks for the page and everything it names, as a browser does that
// takes gzip, and counts the bytes of heads and bodies.
func firstView(v visitor, page string) (wire, error) {
	var w wire
	body, err := v.get(page)
	if err != nil {
		return w, err
	}
	base, err := url.Parse(page)
	if err != nil {
		return w, err
	}
	paths := []string{base.Path}
	for _, found := range asset.FindAllStringSubmatch(body, -1) {
		if !slices.Contains(paths, found[1]) {
			paths = append(paths, found[1])
		}
	}
	for i, path := range paths {
		n, err := bytesOnWire(base.Host, path, v.cookie(page))
		if err != nil {
			return w, err
		}
		if i == 0 {
			w.page = n
		}
		w.bytes += n
	}
	w.requests = len(paths)
	return w, nil
}

func residentMB(pid int) (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("no VmRSS")
	}
	kb, err := strconv.ParseFloat(string(found[1]), 64)
	return kb / 1000, err
}
