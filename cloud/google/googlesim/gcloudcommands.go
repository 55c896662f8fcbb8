package googlesim

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

func commandsOfGcloud() map[string]gcloudCommand {
	const pools, providers, accounts = "iam workload-identity-pools ", "iam workload-identity-pools providers ", "iam service-accounts "
	const inPool = "location workload-identity-pool "
	return map[string]gcloudCommand{
		"config get-value":                   {1, "", gcloudGetValue},
		"config get":                         {1, "", gcloudGetValue},
		"config set":                         {2, "", gcloudSetValue},
		"projects list":                      {0, "", gcloudListProjects},
		"projects describe":                  {1, "", onProject(func(_ *gcloudCall, p *project) (any, error) { return p.object(), nil })},
		"projects undelete":                  {1, "", onProject(gcloudUndelete)},
		"projects get-iam-policy":            {1, "", onProject(func(_ *gcloudCall, p *project) (any, error) { return policyObject(p.bindings), nil })},
		"projects add-iam-policy-binding":    {1, "role member condition", onProject(gcloudBind)},
		"projects remove-iam-policy-binding": {1, "role member condition", onProject(gcloudUnbind)},
		"services enable":                    {-1, "", gcloudEnable},
		"services disable":                   {-1, "", gcloudDisable},
		"iam roles create":                   {1, "title permissions description stage", gcloudCreateRole},
		pools + "create":                     {1, "location display-name description disabled", gcloudCreatePool},
		pools + "describe":                   {1, "location", onPool(func(_ *gcloudCall, p *pool) (any, error) { return p.object(), nil })},
		pools + "list":                       {0, "location", gcloudListPools},
		pools + "update":                     {1, "location disabled no-disabled display-name", onPool(gcloudUpdatePool)},
		pools + "delete":                     {1, "location quiet", onPool(gcloudDeletePool)},
		pools + "undelete":                   {1, "location", onPool(func(_ *gcloudCall, p *pool) (any, error) { p.deleted = false; return p.object(), nil })},
		providers + "create-x509":            {1, inPool + "trust-store-config-path attribute-mapping attribute-condition disabled display-name description", gcloudCreateProvider},
		providers + "describe":               {1, inPool, onProvider(func(_ *gcloudCall, p *provider) (any, error) { return p.object(), nil })},
		providers + "list":                   {0, inPool, gcloudListProviders},
		providers + "update-x509":            {1, inPool + "trust-store-config-path attribute-mapping attribute-condition disabled no-disabled display-name", onProvider(gcloudUpdateProvider)},
		providers + "delete":                 {1, inPool + "quiet", onProvider(gcloudDeleteProvider)},
		accounts + "create":                  {1, "display-name description", gcloudCreateAccount},
		accounts + "list":                    {0, "", gcloudListAccounts},
		accounts + "describe":                {1, "", onAccount(func(_ *gcloudCall, a *account) (any, error) { return a.object(), nil })},
		accounts + "enable":                  {1, "", onAccount(gcloudAble(false))},
		accounts + "disable":                 {1, "", onAccount(gcloudAble(true))},
		accounts + "delete":                  {1, "quiet", onAccount(gcloudDeleteAccount)},
		accounts + "add-iam-policy-binding":  {1, "role member condition", onAccount(gcloudAllowActing)},
		accounts + "keys upload":             {1, "iam-account", gcloudUploadKey},
		accounts + "keys list":               {0, "iam-account", gcloudListKeys},
		accounts + "keys delete":             {1, "iam-account quiet", gcloudDeleteKey},
		accounts + "keys enable":             {1, "iam-account", gcloudEnableKey},
	}
}

// config

func gcloudGetValue(c *gcloudCall) (any, error) {
	if c.names[0] != "project" {
		return nil, errors.New("the simulated gcloud knows only the property project")
	}
	c.say("Your active configuration is: [cloudshell-simulated]")
	c.options["format"] = "value(value)"
	return object{"value": c.project.ID}, nil
}

func gcloudSetValue(c *gcloudCall) (any, error) {
	p := c.world.projects[c.names[1]]
	if c.names[0] != "project" || p == nil {
		return nil, errors.New("the project doesn't exist in the simulated Google Cloud")
	}
	c.active[c.Account] = p.ID
	c.say("Updated property [core/project].")
	return nil, nil
}

// projects

func onProject(do func(*gcloudCall, *project) (any, error)) func(*gcloudCall) (any, error) {
	return func(c *gcloudCall) (any, error) {
		p := c.world.projects[c.names[0]]
		if p == nil {
			return nil, noProject(c.names[0])
		}
		return do(c, p)
	}
}

func (p *project) object() object {
	return object{"projectId": p.ID, "projectNumber": p.Number, "name": p.Name, "lifecycleState": p.state, "createTime": "2024-02-03T04:05:06.789Z"}
}

func gcloudListProjects(c *gcloudCall) (any, error) {
	all := []any{}
	for _, p := range c.world.order {
		all = append(all, p.object())
	}
	return all, nil
}

func gcloudUndelete(c *gcloudCall, p *project) (any, error) {
	p.state = "ACTIVE"
	p.story.shutDown = false
	c.say("Reverted deletion of [https://cloudresourcemanager.googleapis.com/v1/projects/%s].", p.ID)
	return nil, nil
}

func policyObject(bindings []binding) object {
	all := []any{}
	for _, b := range bindings {
		all = append(all, object{"role": b.role, "members": []any{b.member}})
	}
	return object{"bindings": all, "version": 1}
}

func gcloudBind(c *gcloudCall, p *project) (any, error) {
	if err := c.world.bind(p, c.options["role"], c.options["member"]); err != nil {
		return nil, err
	}
	c.say("Updated IAM policy for project [%s].", p.ID)
	return policyObject(p.bindings), nil
}

func gcloudUnbind(c *gcloudCall, p *project) (any, error) {
	if err := p.unbind(c.options["role"], c.options["member"]); err != nil {
		return nil, err
	}
	c.say("Updated IAM policy for project [%s].", p.ID)
	return policyObject(p.bindings), nil
}

// services

func gcloudEnable(c *gcloudCall) (any, error) {
	for _, name := range c.names {
		if !strings.HasSuffix(name, ".googleapis.com") {
			return nil, missing("service", name)
		}
		c.project.services[name] = true
	}
	c.say(`Operation "operations/simulated" finished successfully.`)
	return nil, nil
}

func gcloudDisable(c *gcloudCall) (any, error) {
	for _, name := range c.names {
		delete(c.project.services, name)
	}
	c.say(`Operation "operations/simulated" finished successfully.`)
	return nil, nil
}

// roles

func gcloudCreateRole(c *gcloudCall) (any, error) {
	id := c.names[0]
	if !roleForm.MatchString(id) {
		return nil, invalid("The ID of a role has 3 to 64 letters, digits, periods and underscores.")
	}
	if c.project.roles[id] != nil {
		return nil, exists("role", id)
	}
	var permissions []string
	for permission := range strings.SplitSeq(c.options["permissions"], ",") {
		if !permissionForm.MatchString(permission) {
			return nil, invalid("Permission %s is not valid.", permission)
		}
		permissions = append(permissions, permission)
	}
	c.project.roles[id] = permissions
	c.say("Created role [%s].", id)
	return object{"name": "projects/" + c.project.ID + "/roles/" + id, "stage": "ALPHA"}, nil
}

// pools

var poolName = regexp.MustCompile(`^projects/([^/]+)/locations/([^/]+)/workloadIdentityPools/([^/]+)(?:/providers/([^/]+))?$`)

// findPool finds a pool by its resource name, or by its ID in the project.
func (c *gcloudCall) findPool(name string) (*pool, error) {
	p := c.project
	location := c.options["location"]
	if m := poolName.FindStringSubmatch(name); m != nil {
		p, location, name = c.world.projects[m[1]], m[2], m[3]
	}
	if location != "global" {
		return nil, errors.New("argument --location: must be global")
	}
	if p == nil || p.pool(name) == nil {
		return nil, missing("workload identity pool", name)
	}
	return p.pool(name), nil
}

func onPool(do func(*gcloudCall, *pool) (any, error)) func(*gcloudCall) (any, error) {
	return func(c *gcloudCall) (any, error) {
		p, err := c.findPool(c.names[0])
		if err != nil {
			return nil, err
		}
		return do(c, p)
	}
}

func state(deleted bool) string {
	if deleted {
		return "DELETED"
	}
	return "ACTIVE"
}

func (p *pool) object() object {
	o := object{"name": p.name(), "displayName": "Mooring", "state": state(p.deleted)}
	if p.disabled {
		o["disabled"] = true
	}
	return o
}

func gcloudCreatePool(c *gcloudCall) (any, error) {
	if c.options["location"] != "global" {
		return nil, errors.New("argument --location: must be global")
	}
	made, err := c.project.createPool(c.names[0])
	if err != nil {
		return nil, err
	}
	c.say("Created workload identity pool [%s].", made.id)
	return nil, nil
}

func gcloudListPools(c *gcloudCall) (any, error) {
	all := []any{}
	for _, p := range c.project.pools {
		all = append(all, p.object())
	}
	return all, nil
}

func gcloudUpdatePool(c *gcloudCall, p *pool) (any, error) {
	if c.has("disabled") || c.has("no-disabled") {
		p.disabled = c.has("disabled")
	}
	c.say("Updated workload identity pool [%s].", p.id)
	return nil, nil
}

// A deleted pool keeps its ID, for 30 days in the real Google Cloud.
func gcloudDeletePool(c *gcloudCall, p *pool) (any, error) {
	p.deleted = true
	c.say("Deleted workload identity pool [%s].", p.id)
	return nil, nil
}

// providers

func onProvider(do func(*gcloudCall, *provider) (any, error)) func(*gcloudCall) (any, error) {
	return func(c *gcloudCall) (any, error) {
		pool, id := c.options["workload-identity-pool"], c.names[0]
		if m := poolName.FindStringSubmatch(id); m != nil && m[4] != "" {
			pool, id = strings.TrimSuffix(id, "/providers/"+m[4]), m[4]
		}
		in, err := c.findPool(pool)
		if err != nil {
			return nil, err
		}
		p := in.provider(id)
		if p == nil {
			return nil, missing("provider", id)
		}
		return do(c, p)
	}
}

func (p *provider) object() object {
	o := object{"name": p.name(), "state": state(p.deleted), "attributeMapping": object{"google.subject": p.subjectText},
		"x509": object{"trustStore": object{"trustAnchors": []any{object{"pemCertificate": p.pem}}}}}
	if p.conditionText != "" {
		o["attributeCondition"] = p.conditionText
	}
	if p.disabled {
		o["disabled"] = true
	}
	return o
}

var anchorLine = regexp.MustCompile(`^  (?:  )?- pemCertificate: (?:\||"([^"]*)")\s*$`)

// trustStore reads the file of --trust-store-config-path: the two ways in which Google's
// documentation writes it.
func (c *gcloudCall) trustStore() (string, error) {
	path := c.options["trust-store-config-path"]
	content, ok := c.ReadFile(path)
	if !ok {
		return "", errors.New("Unable to read file [" + path + "]: [Errno 2] No such file or directory: '" + path + "'")
	}
	if !strings.HasPrefix(string(content), "trustStore:\n  trustAnchors:") {
		return "", errors.New("the file must begin with trustStore and trustAnchors")
	}
	var all strings.Builder
	inBlock := false
	for line := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n") {
		m := anchorLine.FindStringSubmatch(line)
		switch {
		case m != nil && m[1] != "":
			all.WriteString(strings.ReplaceAll(m[1], `\n`, "\n") + "\n")
			inBlock = false
		case m != nil:
			inBlock = true
		case inBlock && strings.HasPrefix(line, "      "):
			all.WriteString(strings.TrimSpace(line) + "\n")
		case line != "trustStore:" && line != "  trustAnchors:":
			return "", errors.New("the simulated gcloud can't read this line of the file: " + line)
		}
	}
	return strings.TrimSpace(all.String()) + "\n", nil
}

func gcloudCreateProvider(c *gcloudCall) (any, error) {
	in, err := c.findPool(c.options["workload-identity-pool"])
	if err != nil {
		return nil, err
	}
	if in.deleted && !in.project.story.poolDeleted {
		return nil, refuse(400, "FAILED_PRECONDITION", "The pool is deleted.")
	}
	anchors, err := c.trustStore()
	if err != nil {
		return nil, err
	}
	if _, err := in.createProvider(c.names[0], anchors, c.options["attribute-mapping"], c.options["attribute-condition"]); err != nil {
		return nil, err
	}
	c.say("Created workload identity pool provider [%s].", c.names[0])
	return nil, nil
}

func gcloudListProviders(c *gcloudCall) (any, error) {
	in, err := c.findPool(c.options["workload-identity-pool"])
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, p := range in.providers {
		all = append(all, p.object())
	}
	return all, nil
}

func gcloudUpdateProvider(c *gcloudCall, p *provider) (any, error) {
	changed := *p
	if c.has("disabled") || c.has("no-disabled") {
		changed.disabled = c.has("disabled")
	}
	var err error
	if c.has("attribute-condition") {
		err = changed.setCondition(c.options["attribute-condition"])
	}
	if err == nil && c.has("attribute-mapping") {
		err = changed.setMapping(c.options["attribute-mapping"])
	}
	if err == nil && c.has("trust-store-config-path") {
		var anchors string
		if anchors, err = c.trustStore(); err == nil {
			err = changed.trust(anchors)
		}
	}
	if err != nil {
		return nil, err
	}
	*p = changed
	c.say("Updated workload identity pool provider [%s].", p.id)
	return nil, nil
}

func gcloudDeleteProvider(c *gcloudCall, p *provider) (any, error) {
	p.deleted = true
	c.say("Deleted workload identity pool provider [%s].", p.id)
	return nil, nil
}

// service accounts

// findAccount finds a service account by its address.
func (c *gcloudCall) findAccount(address string) (*account, error) {
	if a := c.world.accounts[address]; a != nil {
		return a, nil
	}
	return nil, refuse(404, "NOT_FOUND", "Unknown service account: %s", address)
}

func onAccount(do func(*gcloudCall, *account) (any, error)) func(*gcloudCall) (any, error) {
	return func(c *gcloudCall) (any, error) {
		a, err := c.findAccount(c.names[0])
		if err != nil {
			return nil, err
		}
		return do(c, a)
	}
}

func (a *account) object() object {
	o := object{"email": a.address, "name": "projects/" + a.project.ID + "/serviceAccounts/" + a.address, "projectId": a.project.ID, "uniqueId": a.unique}
	if a.disabled {
		o["disabled"] = true
	}
	return o
}

// gcloud prints a new service account only when a format is asked for.
func gcloudCreateAccount(c *gcloudCall) (any, error) {
	made, err := c.world.createAccount(c.project, c.names[0])
	if err != nil {
		return nil, err
	}
	c.say("Created service account [%s].", c.names[0])
	if !c.has("format") {
		return nil, nil
	}
	return made.object(), nil
}

func gcloudListAccounts(c *gcloudCall) (any, error) {
	all := []any{}
	for _, a := range c.world.accounts {
		if a.project == c.project {
			all = append(all, a.object())
		}
	}
	slices.SortFunc(all, func(x, y any) int { return strings.Compare(valueAt(x, "email"), valueAt(y, "email")) })
	return all, nil
}

func gcloudAble(disabled bool) func(*gcloudCall, *account) (any, error) {
	return func(c *gcloudCall, a *account) (any, error) {
		a.disabled = disabled
		c.say("Updated service account [%s].", a.address)
		return nil, nil
	}
}

func gcloudDeleteAccount(c *gcloudCall, a *account) (any, error) {
	delete(c.world.accounts, a.address)
	c.say("deleted service account [%s]", a.address)
	return nil, nil
}

func gcloudAllowActing(c *gcloudCall, a *account) (any, error) {
	if err := a.allowActing(c.options["role"], c.options["member"]); err != nil {
		return nil, err
	}
	c.say("Updated IAM policy for serviceAccount [%s].", a.address)
	return policyObject(a.bindings), nil
}

func (k *key) object(a *account) object {
	o := object{"name": "projects/" + a.project.ID + "/serviceAccounts/" + a.address + "/keys/" + k.id, "keyOrigin": "USER_PROVIDED", "keyType": "USER_MANAGED"}
	if k.disabled {
		o["disabled"] = true
	}
	return o
}

func gcloudUploadKey(c *gcloudCall) (any, error) {
	a, err := c.findAccount(c.options["iam-account"])
	if err != nil {
		return nil, err
	}
	content, ok := c.ReadFile(c.names[0])
	if !ok {
		return nil, errors.New("Unable to read file [" + c.names[0] + "]: [Errno 2] No such file or directory: '" + c.names[0] + "'")
	}
	made, err := a.upload(string(content))
	if err != nil {
		return nil, err
	}
	return made.object(a), nil
}

func gcloudListKeys(c *gcloudCall) (any, error) {
	a, err := c.findAccount(c.options["iam-account"])
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, k := range a.keys {
		all = append(all, k.object(a))
	}
	return all, nil
}

func gcloudDeleteKey(c *gcloudCall) (any, error) {
	a, err := c.findAccount(c.options["iam-account"])
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(a.keys, func(k *key) bool { return k.id == c.names[0] })
	if at < 0 {
		return nil, missing("key", c.names[0])
	}
	a.keys = slices.Delete(a.keys, at, at+1)
	c.say("deleted key [%s] for service account [%s]", c.names[0], a.address)
	return nil, nil
}

func gcloudEnableKey(c *gcloudCall) (any, error) {
	a, err := c.findAccount(c.options["iam-account"])
	if err != nil {
		return nil, err
	}
	for _, k := range a.keys {
		if k.id == c.names[0] {
			k.disabled = false
			c.say("Enabled key [%s] for service account [%s].", k.id, a.address)
			return nil, nil
		}
	}
	return nil, missing("key", c.names[0])
}
