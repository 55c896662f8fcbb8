package googlesim

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mooring/cloud/simulated"
)

// newShells makes the simulated Cloud Shells, in which the owner of the project is
// signed in.
func newShells(w *world) *simulated.Shells {
	active := map[string]string{} // project that gcloud config set selected, by shell
	return &simulated.Shells{Name: "Cloud Shell", Programs: map[string]func(context.Context, simulated.Program) error{
		"gcloud":  func(_ context.Context, p simulated.Program) error { return w.gcloud(p, active) },
		"openssl": openssl,
		"fold":    fold,
	}}
}

// gcloudCall is one command of gcloud on its way.
type gcloudCall struct {
	simulated.Program
	world   *world
	project *project // of --project, or the one that is selected
	active  map[string]string
	names   []string          // positional
	options map[string]string // by name, without the dashes
	said    []string          // to standard error
}

func (c *gcloudCall) say(format string, values ...any) {
	c.said = append(c.said, fmt.Sprintf(format, values...))
}

// has reports whether an option was given.
func (c *gcloudCall) has(name string) bool { _, ok := c.options[name]; return ok }

// object is an answer, as gcloud prints it.
type object map[string]any

// gcloudCommand is a command of gcloud. It answers nil where gcloud prints nothing.
type gcloudCommand struct {
	names   int // positional ones; -1: one or more; -2: one or none
	options string
	do      func(*gcloudCall) (any, error)
}

var gcloudCommands = commandsOfGcloud()

// gcloudNames are the commands, for the page.
func gcloudNames() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(gcloudCommands)) {
		all = append(all, "gcloud "+name)
	}
	return all
}

// flags are options without a value.
var flags = []string{"disabled", "no-disabled", "quiet", "all"}

// gcloud runs one command. Its statuses are those of the real program.
func (w *world) gcloud(p simulated.Program, active map[string]string) error {
	words := 0
	for words < len(p.Args) && !strings.HasPrefix(p.Args[words], "-") {
		words++
	}
	name, command := "", gcloudCommand{}
	for n := words; n > 0 && name == ""; n-- {
		if found, ok := gcloudCommands[strings.Join(p.Args[:n], " ")]; ok {
			name, command = strings.Join(p.Args[:n], " "), found
		}
	}
	if name == "" {
		fmt.Fprintf(p.Stderr, "ERROR: (gcloud) Invalid choice: '%s'. The simulated gcloud knows:\n  %s\n", strings.Join(p.Args[:words], " "), strings.Join(gcloudNames(), "\n  "))
		return simulated.Exit(2)
	}
	c := &gcloudCall{Program: p, world: w, active: active, options: map[string]string{}}
	failed := "ERROR: (gcloud." + strings.ReplaceAll(name, " ", ".") + ") "
	if err := c.read(p.Args[len(strings.Fields(name)):], command); err != nil {
		fmt.Fprintln(p.Stderr, failed+err.Error())
		return simulated.Exit(2)
	}
	w.mu.Lock()
	answer, err := c.run(command)
	w.mu.Unlock()
	for _, line := range c.said {
		fmt.Fprintln(p.Stderr, line)
	}
	if err == nil {
		err = c.print(answer)
	}
	var refused *refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		fmt.Fprintln(p.Stderr, failed+refused.code+": "+refused.message)
	default:
		fmt.Fprintln(p.Stderr, failed+err.Error())
	}
	return simulated.Exit(1)
}

// read reads names, --option value and --option=value.
func (c *gcloudCall) read(args []string, command gcloudCommand) error {
	known := append(strings.Fields(command.options), "project", "format", "quiet", "q")
	for i := 0; i < len(args); i++ {
		option, ok := strings.CutPrefix(args[i], "--")
		if !ok && args[i] == "-q" {
			option, ok = "quiet", true
		}
		if !ok {
			c.names = append(c.names, args[i])
			continue
		}
		name, value, has := strings.Cut(option, "=")
		if !slices.Contains(known, name) {
			return fmt.Errorf("unrecognized arguments: --%s", name)
		}
		if !has && !slices.Contains(flags, name) {
			if i++; i == len(args) {
				return fmt.Errorf("argument --%s: expected one argument", name)
			}
			value = args[i]
		}
		c.options[name] = value
	}
	switch n := command.names; {
	case n >= 0 && len(c.names) != n, n == -1 && len(c.names) == 0, n == -2 && len(c.names) > 1:
		return fmt.Errorf("the command takes other arguments than %s", strings.Join(append(c.names, "none")[:max(1, len(c.names))], " "))
	}
	return nil
}

// run finds the project and does what the command is for. The world is locked.
func (c *gcloudCall) run(command gcloudCommand) (any, error) {
	selected := c.active[c.Account]
	if selected == "" {
		selected = c.Account
	}
	if c.has("project") {
		selected = c.options["project"]
	}
	if c.project = c.world.projects[selected]; c.project == nil {
		return nil, noProject(selected)
	}
	return command.do(c)
}

func noProject(id string) error {
	return refuse(403, "PERMISSION_DENIED", "[owner@example.com] does not have permission to access projects instance [%s] (or it may not exist)", id)
}

var valueFormat = regexp.MustCompile(`^value\(([A-Za-z0-9_.\[\]]+)\)$`)

// print prints an answer in a format: YAML unless another is asked for.
func (c *gcloudCall) print(answer any) error {
	if answer == nil {
		return nil
	}
	format := c.options["format"]
	switch {
	case format == "none":
	case format == "json":
		text, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(c.Stdout, string(text))
	case format == "" || format == "yaml":
		writeYAML(c.Stdout, answer, "")
	default:
		m := valueFormat.FindStringSubmatch(format)
		if m == nil {
			return fmt.Errorf("the simulated gcloud knows the formats yaml, json, none and value(FIELD), not %s", format)
		}
		all, ok := answer.([]any)
		if !ok {
			all = []any{answer}
		}
		for _, one := range all {
			fmt.Fprintln(c.Stdout, valueAt(one, m[1]))
		}
	}
	return nil
}

var pathStep = regexp.MustCompile(`^([A-Za-z0-9_]+)(?:\[([0-9]+)\])?$`)

func valueAt(value any, path string) string {
	for step := range strings.SplitSeq(path, ".") {
		m := pathStep.FindStringSubmatch(step)
		o, ok := value.(object)
		if m == nil || !ok {
			return ""
		}
		value = o[m[1]]
		if list, ok := value.([]any); ok && m[2] != "" {
			at, _ := strconv.Atoi(m[2])
			if at >= len(list) {
				return ""
			}
			value = list[at]
		}
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSuffix(v, "\n")
	}
	return fmt.Sprint(value)
}

func writeYAML(w io.Writer, value any, indent string) {
	switch v := value.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			switch inner := v[name].(type) {
			case object, []any:
				fmt.Fprintf(w, "%s%s:\n", indent, name)
				writeYAML(w, inner, indent+"  ")
			case string:
				if strings.Contains(inner, "\n") {
					fmt.Fprintf(w, "%s%s: |\n%s  %s\n", indent, name, indent, strings.ReplaceAll(strings.TrimSpace(inner), "\n", "\n"+indent+"  "))
					continue
				}
				if inner != "" && strings.Trim(inner, "0123456789") == "" {
					inner = "'" + inner + "'"
				}
				fmt.Fprintf(w, "%s%s: %s\n", indent, name, inner)
			default:
				fmt.Fprintf(w, "%s%s: %v\n", indent, name, inner)
			}
		}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				fmt.Fprintf(w, "%s- %s\n", indent, text)
				continue
			}
			var b strings.Builder
			writeYAML(&b, one, indent+"  ")
			fmt.Fprint(w, indent+"- "+strings.TrimPrefix(b.String(), indent+"  "))
		}
	}
}

// openssl prints fingerprints, as the page of a link asks for.
func openssl(_ context.Context, p simulated.Program) error {
	if strings.Join(p.Args, " ") != "x509 -noout -fingerprint -sha256" {
		fmt.Fprintln(p.Stderr, "The simulated openssl knows only: openssl x509 -noout -fingerprint -sha256")
		return simulated.Exit(1)
	}
	text, err := io.ReadAll(io.LimitReader(p.Stdin, 64<<10))
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		fmt.Fprintln(p.Stderr, "Could not find certificate from <stdin>")
		return simulated.Exit(1)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		fmt.Fprintln(p.Stderr, "Could not read certificate from <stdin>")
		return simulated.Exit(1)
	}
	fmt.Fprintln(p.Stdout, "sha256 Fingerprint="+fingerprint(c))
	return nil
}

// fold breaks lines: fold -w N.
func fold(_ context.Context, p simulated.Program) error {
	width := 80
	if len(p.Args) == 2 && p.Args[0] == "-w" {
		width, _ = strconv.Atoi(p.Args[1])
	} else if len(p.Args) > 0 {
		width = 0
	}
	if width <= 0 {
		fmt.Fprintln(p.Stderr, "The simulated fold knows only: fold -w COLUMNS")
		return simulated.Exit(1)
	}
	text, err := io.ReadAll(io.LimitReader(p.Stdin, 64<<10))
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n") {
		for len(line) > width {
			fmt.Fprintln(p.Stdout, line[:width])
			line = line[width:]
		}
		fmt.Fprintln(p.Stdout, line)
	}
	return nil
}
