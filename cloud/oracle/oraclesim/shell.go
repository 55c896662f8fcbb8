package oraclesim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mooring/cloud/simulated"
)

// ociCall is one command of oci on its way, as the tenancy's administrator.
type ociCall struct {
	simulated.Program
	world   *world
	tenancy *tenancy
	region  string
	options map[string]string // by name; a flag has none
}

// ociCommand is an operation of oci. It answers nil where oci prints nothing.
type ociCommand struct {
	changes bool // it works only in the home region
	do      func(*ociCall) (any, error)
}

var ociCommands = map[string]ociCommand{
	"iam region-subscription list": {false, func(c *ociCall) (any, error) { return c.tenancy.describeRegions(), nil }},
	"iam user create":              {true, ociCreateUser},
	"iam user get":                 {false, onUser(func(c *ociCall, u *user) (any, error) { return c.tenancy.describeUser(u), nil })},
	"iam user list":                {false, ociListUsers},
	"iam user delete":              {true, func(c *ociCall) (any, error) { return nil, c.tenancy.deleteUser(c.options["--user-id"]) }},
	"iam user api-key upload":      {true, onUser(ociUploadKey)},
	"iam user api-key list":        {false, onUser(ociListKeys)},
	"iam user api-key delete":      {true, onUser(func(c *ociCall, u *user) (any, error) { return nil, u.deleteKey(c.options["--fingerprint"]) })},
	"iam group create":             {true, ociCreateGroup},
	"iam group list":               {false, ociListGroups},
	"iam group add-user":           {true, onGroup(ociAddUser)},
	"iam group remove-user":        {true, onGroup(ociRemoveUser)},
	"iam group delete":             {true, func(c *ociCall) (any, error) { return nil, c.tenancy.deleteGroup(c.options["--group-id"]) }},
	"iam policy create":            {true, ociCreatePolicy},
	"iam policy list":              {false, ociListPolicies},
	"iam policy delete":            {true, func(c *ociCall) (any, error) { return nil, c.tenancy.deletePolicy(c.options["--policy-id"]) }},
}

// ociNames are the commands, for the page.
func ociNames() []string {
	names := slices.Sorted(maps.Keys(ociCommands))
	for i, name := range names {
		names[i] = "oci " + name
	}
	return names
}

func newShells(w *world) *simulated.Shells {
	return &simulated.Shells{
		Name: "Cloud Shell",
		Env: func(tenancyID string) []string {
			w.mu.Lock()
			defer w.mu.Unlock()
			return []string{"OCI_TENANCY=" + tenancyID, "OCI_REGION=" + w.tenancies[tenancyID].Shell}
		},
		Programs: map[string]func(context.Context, simulated.Program) error{
			"oci": func(_ context.Context, p simulated.Program) error { return w.oci(p) },
		},
	}
}

// oci runs one command. Its statuses are those of the real program.
func (w *world) oci(in simulated.Program) error {
	words := 0
	for words < len(in.Args) && !strings.HasPrefix(in.Args[words], "-") {
		words++
	}
	name := strings.Join(in.Args[:words], " ")
	command, ok := ociCommands[name]
	if !ok {
		fmt.Fprintf(in.Stderr, "The simulated oci doesn't know %q. It knows:\n  %s\n", "oci "+name, strings.Join(ociNames(), "\n  "))
		return simulated.Exit(2)
	}
	options, err := ociOptions(in.Args[words:])
	if err != nil {
		fmt.Fprintln(in.Stderr, "Error: "+simulated.Sentence(err))
		return simulated.Exit(2)
	}
	w.mu.Lock()
	t := w.tenancies[in.Account]
	c := &ociCall{Program: in, world: w, tenancy: t, region: t.Shell, options: options}
	if options["--region"] != "" {
		c.region = options["--region"]
	}
	var answer any
	if err = c.check(command); err == nil {
		answer, err = command.do(c)
	}
	id := w.newRequestID()
	w.mu.Unlock()
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		fmt.Fprint(in.Stderr, "ServiceError:\n")
		printJSON(in, map[string]any{"code": refused.code, "message": refused.message, "opc-request-id": id, "status": refused.status}, true)
		return simulated.Exit(1)
	case err != nil:
		fmt.Fprintln(in.Stderr, "Usage: oci "+name+" [OPTIONS]\n\nError: "+simulated.Sentence(err))
		return simulated.Exit(2)
	case answer == nil:
		return nil
	}
	return c.print(answer)
}

// check refuses what the region or the tenancy doesn't allow.
func (c *ociCall) check(command ociCommand) error {
	switch {
	case !slices.Contains(c.tenancy.story.regions(), c.region):
		return refuse(http.StatusUnauthorized, "NotAuthenticated", sayNotAuthenticated)
	case command.changes && c.region != c.tenancy.Home:
		return refuse(http.StatusForbidden, "NotAllowed", "Please go to your home region %s to execute CREATE, UPDATE and DELETE operations.", regionKeys[c.tenancy.Home])
	}
	for _, name := range []string{"--compartment-id", "--tenancy-id"} {
		if given, ok := c.options[name]; ok && given != c.tenancy.ID {
			return notFound()
		}
	}
	return nil
}

// flags have no value.
var flags = []string{"--raw-output", "--force", "--all"}

// ociOptions reads --name value, --name=value, and flags.
func ociOptions(args []string) (map[string]string, error) {
	options := map[string]string{}
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(name, "--"):
			return nil, fmt.Errorf("got unexpected extra argument (%s)", args[i])
		case slices.Contains(flags, name):
		case !has && i+1 == len(args):
			return nil, fmt.Errorf("option '%s' requires an argument", name)
		case !has:
			i++
			value = args[i]
		}
		options[name] = value
	}
	return options, nil
}

func (c *ociCall) need(names ...string) error {
	for _, name := range names {
		if c.options[name] == "" {
			return fmt.Errorf("missing option(s) %s", name)
		}
	}
	return nil
}

// print prints what --query leaves.
func (c *ociCall) print(answer any) error {
	var value any = map[string]any{"data": kebab(answer)}
	if query := c.options["--query"]; query != "" {
		var err error
		if value, err = search(value, query); err != nil {
			fmt.Fprintln(c.Stderr, err)
			return simulated.Exit(2)
		}
	}
	if value == nil {
		fmt.Fprintln(c.Stderr, "Query returned empty result, no output to show.")
		return nil
	}
	if line, ok := value.(string); ok && c.has("--raw-output") {
		fmt.Fprintln(c.Stdout, line)
		return nil
	}
	printJSON(c.Program, value, false)
	return nil
}

func (c *ociCall) has(name string) bool { _, ok := c.options[name]; return ok }

func printJSON(p simulated.Program, value any, failed bool) {
	out := p.Stdout
	if failed {
		out = p.Stderr
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // every value is made of strings, lists and maps
}

var hump = regexp.MustCompile(`[A-Z]`)

// kebab spells the names of an answer as oci does, lifecycle-state for lifecycleState.
func kebab(answer any) any {
	text, err := json.Marshal(answer)
	if err != nil {
		return nil
	}
	var value any
	if json.Unmarshal(text, &value) != nil {
		return nil
	}
	return kebabNames(value)
}

func kebabNames(value any) any {
	switch v := value.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, inner := range v {
			all[hump.ReplaceAllStringFunc(name, func(s string) string { return "-" + strings.ToLower(s) })] = kebabNames(inner)
		}
		return all
	case []any:
		for i := range v {
			v[i] = kebabNames(v[i])
		}
	}
	return value
}

var queryStep = regexp.MustCompile(`^(?:\.?([A-Za-z]+)|\.?"([a-z-]+)"|\[([0-9]+)\]|(\[\])|\[\?"([a-z-]+)"\])`)

// search is as much of JMESPath as the commands of the page use.
func search(value any, query string) (any, error) {
	projected := false
	for part := range strings.SplitSeq(query, "|") {
		projected = false
		rest := strings.TrimSpace(part)
		for rest != "" {
			found := queryStep.FindStringSubmatch(rest)
			if found == nil {
				return nil, fmt.Errorf("--query is simulated for names, [0], [], [?\"name\"] and |, and not for %q", rest)
			}
			rest = rest[len(found[0]):]
			switch name := found[1] + found[2]; {
			case name != "" && projected:
				list, _ := value.([]any)
				some := []any{}
				for _, item := range list {
					if inner := field(item, name); inner != nil {
						some = append(some, inner)
					}
				}
				value = some
			case name != "":
				value = field(value, name)
			case found[3] != "":
				at, _ := strconv.Atoi(found[3])
				list, _ := value.([]any)
				value = nil
				if at < len(list) {
					value = list[at]
				}
			default:
				list, _ := value.([]any)
				some := []any{}
				for _, item := range list {
					if found[5] == "" || field(item, found[5]) == true {
						some = append(some, item)
					}
				}
				value, projected = some, true
			}
		}
	}
	return value, nil
}

func field(value any, name string) any {
	fields, _ := value.(map[string]any)
	return fields[name]
}

func onUser(do func(*ociCall, *user) (any, error)) func(*ociCall) (any, error) {
	return func(c *ociCall) (any, error) {
		if err := c.need("--user-id"); err != nil {
			return nil, err
		}
		u := c.tenancy.findUser(c.options["--user-id"])
		if u == nil {
			return nil, notFound()
		}
		return do(c, u)
	}
}

func onGroup(do func(*ociCall, *group) (any, error)) func(*ociCall) (any, error) {
	return func(c *ociCall) (any, error) {
		if err := c.need("--group-id"); err != nil {
			return nil, err
		}
		g := c.tenancy.findGroup(c.options["--group-id"])
		if g == nil {
			return nil, notFound()
		}
		return do(c, g)
	}
}

func ociCreateUser(c *ociCall) (any, error) {
	if err := c.need("--name", "--description"); err != nil {
		return nil, err
	}
	u, err := c.world.createUser(c.tenancy, c.options["--name"])
	if err != nil {
		return nil, err
	}
	return c.tenancy.describeUser(u), nil
}

func ociListUsers(c *ociCall) (any, error) {
	all := []any{}
	for _, u := range c.tenancy.users {
		if c.named(u.name) {
			all = append(all, c.tenancy.describeUser(u))
		}
	}
	return all, nil
}

// named reports whether a list has something with this name.
func (c *ociCall) named(name string) bool { return !c.has("--name") || c.options["--name"] == name }

func ociUploadKey(c *ociCall, u *user) (any, error) {
	text := c.options["--key"]
	if file := c.options["--key-file"]; file != "" {
		content, exists := c.ReadFile(file)
		if !exists {
			return nil, fmt.Errorf("invalid value for '--key-file': '%s': No such file or directory", file)
		}
		text = string(content)
	}
	k, err := c.world.uploadKey(c.tenancy, u, text)
	if err != nil {
		return nil, err
	}
	return c.tenancy.describeKey(u, k), nil
}

func ociListKeys(c *ociCall, u *user) (any, error) {
	all := []any{}
	for _, k := range u.keys {
		all = append(all, c.tenancy.describeKey(u, k))
	}
	return all, nil
}

func ociCreateGroup(c *ociCall) (any, error) {
	if err := c.need("--name", "--description"); err != nil {
		return nil, err
	}
	g, err := c.world.createGroup(c.tenancy, c.options["--name"])
	if err != nil {
		return nil, err
	}
	return c.tenancy.describeGroup(g), nil
}

func ociListGroups(c *ociCall) (any, error) {
	all := []any{}
	for _, g := range c.tenancy.groups {
		if c.named(g.name) {
			all = append(all, c.tenancy.describeGroup(g))
		}
	}
	return all, nil
}

func ociAddUser(c *ociCall, g *group) (any, error) {
	if c.tenancy.findUser(c.options["--user-id"]) == nil {
		return nil, notFound()
	}
	if !slices.Contains(g.members, c.options["--user-id"]) {
		g.members = append(g.members, c.options["--user-id"])
	}
	return map[string]any{"groupId": g.id, "userId": c.options["--user-id"], "lifecycleState": "ACTIVE"}, nil
}

func ociRemoveUser(c *ociCall, g *group) (any, error) {
	if !slices.Contains(g.members, c.options["--user-id"]) {
		return nil, notFound()
	}
	g.members = slices.DeleteFunc(g.members, func(id string) bool { return id == c.options["--user-id"] })
	return nil, nil
}

func ociCreatePolicy(c *ociCall) (any, error) {
	if err := c.need("--compartment-id", "--name", "--description", "--statements"); err != nil {
		return nil, err
	}
	var statements []string
	if json.Unmarshal([]byte(c.options["--statements"]), &statements) != nil {
		return nil, errors.New("parameter 'statements' must be in JSON format")
	}
	p, err := c.world.createPolicy(c.tenancy, c.options["--name"], statements)
	if err != nil {
		return nil, err
	}
	return c.tenancy.describePolicy(p), nil
}

func ociListPolicies(c *ociCall) (any, error) {
	all := []any{}
	for _, p := range c.tenancy.policies {
		if c.named(p.name) {
			all = append(all, c.tenancy.describePolicy(p))
		}
	}
	return all, nil
}
