package awssim

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

// awsCall is one command of aws on its way.
type awsCall struct {
	simulated.Program
	world   *world
	account *account
	region  string
	options map[string][]string // by name; a flag has no value
}

// one is the value of an option, or empty.
func (c *awsCall) one(name string) string {
	if values := c.options[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// text is the value of an option, which may be in a file.
func (c *awsCall) text(name string) (string, error) {
	value := c.one(name)
	if file, ok := strings.CutPrefix(value, "file://"); ok {
		content, exists := c.ReadFile(file)
		if !exists {
			return "", fmt.Errorf("unable to load paramfile file://%s: [Errno 2] No such file or directory: '%s'", file, file)
		}
		return string(content), nil
	}
	return value, nil
}

// has reports whether a flag was given.
func (c *awsCall) has(name string) bool { _, ok := c.options[name]; return ok }

// object is an answer, as aws prints it.
type object map[string]any

// awsCommand is an operation of aws. It answers nil where aws prints nothing.
type awsCommand struct {
	call string // as in "when calling the CreateStack operation"
	do   func(*awsCall) (object, error)
}

var awsCommands = map[string]awsCommand{
	"cloudformation create-stack":               {"CreateStack", shellCreateStack},
	"cloudformation describe-stacks":            {"DescribeStacks", shellDescribeStacks},
	"cloudformation delete-stack":               {"DeleteStack", shellDeleteStack},
	"cloudformation wait stack-create-complete": {"StackCreateComplete", shellWaitCreated},
	"cloudformation wait stack-delete-complete": {"StackDeleteComplete", func(*awsCall) (object, error) { return nil, nil }},
	"rolesanywhere create-trust-anchor":         {"CreateTrustAnchor", shellCreateAnchor},
	"rolesanywhere create-profile":              {"CreateProfile", shellCreateProfile},
	"rolesanywhere list-trust-anchors":          {"ListTrustAnchors", shellListAnchors},
	"rolesanywhere list-profiles":               {"ListProfiles", shellListProfiles},
	"rolesanywhere enable-trust-anchor":         {"EnableTrustAnchor", onAnchor(func(t *anchor) { t.enabled = true })},
	"rolesanywhere disable-trust-anchor":        {"DisableTrustAnchor", onAnchor(func(t *anchor) { t.enabled = false })},
	"rolesanywhere enable-profile":              {"EnableProfile", onProfile(func(p *profile) { p.enabled = true })},
	"rolesanywhere disable-profile":             {"DisableProfile", onProfile(func(p *profile) { p.enabled = false })},
	"rolesanywhere delete-trust-anchor":         {"DeleteTrustAnchor", shellDeleteAnchor},
	"rolesanywhere delete-profile":              {"DeleteProfile", shellDeleteProfile},
	"iam create-role":                           {"CreateRole", shellCreateRole},
	"iam update-assume-role-policy":             {"UpdateAssumeRolePolicy", shellUpdateTrust},
	"iam attach-role-policy":                    {"AttachRolePolicy", onRole(func(c *awsCall, r *role) error { return c.account.attach(r, c.one("--policy-arn")) })},
	"iam detach-role-policy":                    {"DetachRolePolicy", onRole(shellDetach)},
	"iam put-role-policy":                       {"PutRolePolicy", onRole(shellPutPolicy)},
	"iam delete-role-policy":                    {"DeleteRolePolicy", onRole(func(c *awsCall, r *role) error { delete(r.inline, c.one("--policy-name")); return nil })},
	"iam delete-role":                           {"DeleteRole", onRole(shellDeleteRole)},
	"sts get-caller-identity":                   {"GetCallerIdentity", shellCaller},
}

// awsNames are the commands, for the page.
func awsNames() []string {
	names := slices.Sorted(maps.Keys(awsCommands))
	for i, name := range names {
		names[i] = "aws " + name
	}
	return names
}

func newShells(w *world) *simulated.Shells {
	return &simulated.Shells{Name: "CloudShell", Programs: map[string]func(context.Context, simulated.Program) error{
		"aws": func(_ context.Context, p simulated.Program) error { return w.aws(p) },
	}}
}

// aws runs one command. Its statuses are those of the real program.
func (w *world) aws(in simulated.Program) error {
	args := in.Args
	words := 0
	for words < len(args) && !strings.HasPrefix(args[words], "-") {
		words++
	}
	command, ok := awsCommands[strings.Join(args[:words], " ")]
	if !ok {
		fmt.Fprintf(in.Stderr, "The simulated aws doesn't know %q. It knows:\n  %s\n", "aws "+strings.Join(args[:words], " "), strings.Join(awsNames(), "\n  "))
		return simulated.Exit(252)
	}
	options, err := awsOptions(args[words:])
	if err != nil {
		fmt.Fprintln(in.Stderr, err)
		return simulated.Exit(252)
	}
	w.mu.Lock()
	a := w.accounts[in.Account]
	c := &awsCall{Program: in, world: w, account: a, region: a.Region, options: options}
	if c.has("--region") {
		c.region = c.one("--region")
	}
	answer, err := command.do(c)
	w.mu.Unlock()
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		fmt.Fprintf(in.Stderr, "\nAn error occurred (%s) when calling the %s operation: %s\n", refused.code, command.call, refused.message)
		return simulated.Exit(254)
	case err != nil:
		fmt.Fprintln(in.Stderr, "\n"+err.Error())
		return simulated.Exit(255)
	case answer == nil:
		return nil
	}
	if err := c.print(answer); err != nil {
		fmt.Fprintln(in.Stderr, "\n"+err.Error())
		return simulated.Exit(255)
	}
	return nil
}

// awsOptions reads --name value, --name=value, and flags.
func awsOptions(args []string) (map[string][]string, error) {
	options := map[string][]string{}
	name := ""
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "--"):
			var value string
			var has bool
			name, value, has = strings.Cut(arg, "=")
			options[name] = nil
			if has {
				options[name] = []string{value}
			}
		case name == "":
			return nil, fmt.Errorf("unknown options: %s", arg)
		default:
			options[name] = append(options[name], arg)
		}
	}
	return options, nil
}

var queryStep = regexp.MustCompile(`^([A-Za-z]+)(?:\[([0-9]+)\])?$`)

// print prints what --query leaves, as --output says.
func (c *awsCall) print(answer object) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	for step := range strings.SplitSeq(c.one("--query"), ".") {
		if step == "" {
			continue
		}
		found := queryStep.FindStringSubmatch(step)
		if found == nil {
			return fmt.Errorf("--query is simulated for names with an index, such as Stacks[0].Outputs, and not for %q", step)
		}
		fields, _ := value.(map[string]any)
		value = fields[found[1]]
		if found[2] != "" {
			at, _ := strconv.Atoi(found[2])
			list, _ := value.([]any)
			value = nil
			if at < len(list) {
				value = list[at]
			}
		}
	}
	if line, ok := value.(string); ok && c.one("--output") == "text" {
		fmt.Fprintln(c.Stdout, line)
		return nil
	}
	encoder := json.NewEncoder(c.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(value)
}

func shellCreateStack(c *awsCall) (object, error) {
	template, err := c.text("--template-body")
	if err != nil {
		return nil, err
	}
	made, err := c.world.createStack(c.account, c.region, stackForm{name: c.one("--stack-name"), template: template, capabilities: c.options["--capabilities"]})
	if err != nil {
		return nil, err
	}
	return object{"StackId": made.id}, nil
}

func shellDescribeStacks(c *awsCall) (object, error) {
	var list []object
	for _, s := range c.account.stacks {
		if s.region != c.region || s.status == deleted || c.has("--stack-name") && s.name != c.one("--stack-name") && s.id != c.one("--stack-name") {
			continue
		}
		outputs := []object{}
		for _, key := range slices.Sorted(maps.Keys(s.outputs)) {
			outputs = append(outputs, object{"OutputKey": key, "OutputValue": s.outputs[key]})
		}
		list = append(list, object{"StackId": s.id, "StackName": s.name, "StackStatus": s.status, "Outputs": outputs})
	}
	if c.has("--stack-name") && len(list) == 0 {
		return nil, noStack(c.one("--stack-name"))
	}
	return object{"Stacks": list}, nil
}

func shellWaitCreated(c *awsCall) (object, error) {
	s := c.account.findStack(c.one("--stack-name"), c.region)
	if s == nil {
		return nil, noStack(c.one("--stack-name"))
	}
	if s.status != "CREATE_COMPLETE" {
		return nil, fmt.Errorf("waiter StackCreateComplete failed: Waiter encountered a terminal failure state: the stack is %s (%s)", s.status, s.reason)
	}
	return nil, nil
}

func shellDeleteStack(c *awsCall) (object, error) {
	if s := c.account.findStack(c.one("--stack-name"), c.region); s != nil {
		s.remove()
	}
	return nil, nil
}

var anchorSource = regexp.MustCompile(`(?s)x509CertificateData=(?:"([^"]*)"|([^},]*))`)

func shellCreateAnchor(c *awsCall) (object, error) {
	source, err := c.text("--source")
	if err != nil {
		return nil, err
	}
	found := anchorSource.FindStringSubmatch(source)
	if found == nil || !strings.Contains(source, "sourceType=CERTIFICATE_BUNDLE") {
		return nil, errors.New("the simulated aws reads --source as 'sourceType=CERTIFICATE_BUNDLE,sourceData={x509CertificateData=\"…\"}'")
	}
	t, err := c.world.createAnchor(c.account, c.region, c.one("--name"), found[1]+found[2], c.has("--enabled"))
	if err != nil {
		return nil, err
	}
	return object{"trustAnchor": describeAnchor(t)}, nil
}

func describeAnchor(t *anchor) object {
	return object{"trustAnchorId": t.id, "trustAnchorArn": t.arn, "name": t.name, "enabled": t.enabled}
}

func shellListAnchors(c *awsCall) (object, error) {
	list := []object{}
	for _, t := range c.account.anchors {
		if t.region == c.region {
			list = append(list, describeAnchor(t))
		}
	}
	return object{"trustAnchors": list}, nil
}

func onAnchor(change func(*anchor)) func(*awsCall) (object, error) {
	return func(c *awsCall) (object, error) {
		for _, t := range c.account.anchors {
			if t.id == c.one("--trust-anchor-id") && t.region == c.region {
				change(t)
				return object{"trustAnchor": describeAnchor(t)}, nil
			}
		}
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "Trust Anchor with id %s doesn't exist", c.one("--trust-anchor-id"))
	}
}

func shellDeleteAnchor(c *awsCall) (object, error) {
	answer, err := onAnchor(func(*anchor) {})(c)
	c.account.anchors = slices.DeleteFunc(c.account.anchors, func(t *anchor) bool { return t.id == c.one("--trust-anchor-id") && t.region == c.region })
	return answer, err
}

func shellCreateProfile(c *awsCall) (object, error) {
	duration := 3600
	if given := c.one("--duration-seconds"); given != "" {
		duration, _ = strconv.Atoi(given) // 0 is refused
	}
	p, err := c.world.createProfile(c.account, c.region, profile{name: c.one("--name"), roles: c.options["--role-arns"], enabled: c.has("--enabled"), duration: duration})
	if err != nil {
		return nil, err
	}
	return object{"profile": describeProfile(p)}, nil
}

func describeProfile(p *profile) object {
	return object{"profileId": p.id, "profileArn": p.arn, "name": p.name, "enabled": p.enabled, "roleArns": p.roles}
}

func shellListProfiles(c *awsCall) (object, error) {
	list := []object{}
	for _, p := range c.account.profiles {
		if p.region == c.region {
			list = append(list, describeProfile(p))
		}
	}
	return object{"profiles": list}, nil
}

func onProfile(change func(*profile)) func(*awsCall) (object, error) {
	return func(c *awsCall) (object, error) {
		for _, p := range c.account.profiles {
			if p.id == c.one("--profile-id") && p.region == c.region {
				change(p)
				return object{"profile": describeProfile(p)}, nil
			}
		}
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "Profile with id %s doesn't exist", c.one("--profile-id"))
	}
}

func shellDeleteProfile(c *awsCall) (object, error) {
	answer, err := onProfile(func(*profile) {})(c)
	c.account.profiles = slices.DeleteFunc(c.account.profiles, func(p *profile) bool { return p.id == c.one("--profile-id") && p.region == c.region })
	return answer, err
}

func shellCreateRole(c *awsCall) (object, error) {
	trust, err := c.text("--assume-role-policy-document")
	if err != nil {
		return nil, err
	}
	longest := 3600
	if given := c.one("--max-session-duration"); given != "" {
		longest, _ = strconv.Atoi(given) // 0 is refused
	}
	r, err := c.world.createRole(c.account, c.one("--role-name"), "/", trust, longest)
	if err != nil {
		return nil, err
	}
	return object{"Role": object{"RoleName": r.name, "Arn": r.arn, "RoleId": r.id}}, nil
}

func onRole(do func(*awsCall, *role) error) func(*awsCall) (object, error) {
	return func(c *awsCall) (object, error) {
		r := c.account.roles[c.one("--role-name")]
		if r == nil {
			return nil, noSuchEntity("The role with name " + c.one("--role-name") + " cannot be found.")
		}
		return nil, do(c, r)
	}
}

func shellUpdateTrust(c *awsCall) (object, error) {
	text, err := c.text("--policy-document")
	if err != nil {
		return nil, err
	}
	return onRole(func(_ *awsCall, r *role) error {
		parsed, err := parsePolicy(text, true)
		if err == nil {
			r.trustText, r.trust = text, parsed
		}
		return err
	})(c)
}

func shellPutPolicy(c *awsCall, r *role) error {
	text, err := c.text("--policy-document")
	if err != nil {
		return err
	}
	return c.account.putPolicy(r, c.one("--policy-name"), text)
}

func shellDetach(c *awsCall, r *role) error {
	r.attached = slices.DeleteFunc(r.attached, func(arn string) bool { return arn == c.one("--policy-arn") })
	return nil
}

func shellDeleteRole(c *awsCall, r *role) error {
	if len(r.inline)+len(r.attached) > 0 {
		return refuse(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	delete(c.account.roles, r.name)
	return nil
}

func shellCaller(c *awsCall) (object, error) {
	return object{"Account": c.account.Number, "Arn": c.account.arn(sts, "", "assumed-role/Administrator/you"), "UserId": "AROASIMULATED:you"}, nil
}
