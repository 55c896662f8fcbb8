package awssim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

func (w *world) answerIAM(c *call) (reply, error) {
	if c.form.Get("Version") != "2010-05-08" {
		return reply{}, c.unknownAction()
	}
	switch action := c.form.Get("Action"); action {
	case "SimulatePrincipalPolicy":
		return w.simulate(c)
	case "CreateRole":
		return w.answerCreateRole(c)
	case "ListAccountAliases":
		if err := c.authorize("iam:ListAccountAliases", "*"); err != nil {
			return reply{}, err
		}
		list := tag("AccountAliases")
		if alias := c.key.account.alias(); alias != "" {
			list.children = append(list.children, leaf("member", alias))
		}
		return c.queryReply(leaf("IsTruncated", "false"), list)
	case "ListRoles":
		if err := c.authorize("iam:ListRoles", "*"); err != nil {
			return reply{}, err
		}
		list := tag("Roles")
		for _, name := range slices.Sorted(maps.Keys(c.key.account.roles)) {
			r := c.key.account.roles[name].node()
			r.name = "member"
			list.children = append(list.children, r)
		}
		return c.queryReply(leaf("IsTruncated", "false"), list)
	}
	r := c.key.account.roles[c.form.Get("RoleName")]
	if r == nil {
		if roleActions[c.form.Get("Action")] == nil {
			return reply{}, c.unknownAction()
		}
		return reply{}, noSuchEntity("The role with name " + c.form.Get("RoleName") + " cannot be found.")
	}
	return c.onRole(r)
}

func (w *world) answerCreateRole(c *call) (reply, error) {
	a, path, longest := c.key.account, c.form.Get("Path"), 3600
	if path == "" {
		path = "/"
	}
	if given := c.form.Get("MaxSessionDuration"); given != "" {
		longest, _ = strconv.Atoi(given) // 0 is refused
	}
	if err := c.authorize("iam:CreateRole", "*"); err != nil {
		return reply{}, err
	}
	r, err := w.createRole(a, c.form.Get("RoleName"), path, c.form.Get("AssumeRolePolicyDocument"), longest)
	if err != nil {
		return reply{}, err
	}
	return c.queryReply(r.node())
}

func (c *call) onRole(r *role) (reply, error) {
	action := c.form.Get("Action")
	do := roleActions[action]
	if do == nil {
		return reply{}, c.unknownAction()
	}
	if err := c.authorize("iam:"+action, r.arn); err != nil {
		return reply{}, err
	}
	result, err := do(c, r)
	if err != nil {
		return reply{}, err
	}
	return c.queryReply(result...)
}

// roleActions are the actions on one role.
var roleActions = map[string]func(*call, *role) ([]node, error){
	"GetRole": func(_ *call, r *role) ([]node, error) { return []node{r.node()}, nil },
	"UpdateAssumeRolePolicy": func(c *call, r *role) ([]node, error) {
		text := c.form.Get("PolicyDocument")
		parsed, err := parsePolicy(text, true)
		if err != nil {
			return nil, err
		}
		r.trustText, r.trust = text, parsed
		return nil, nil
	},
	"PutRolePolicy": func(c *call, r *role) ([]node, error) {
		return nil, c.key.account.putPolicy(r, c.form.Get("PolicyName"), c.form.Get("PolicyDocument"))
	},
	"GetRolePolicy": func(c *call, r *role) ([]node, error) {
		p, ok := r.inline[c.form.Get("PolicyName")]
		if !ok {
			return nil, noSuchEntity("The role policy with name " + c.form.Get("PolicyName") + " cannot be found.")
		}
		return []node{leaf("RoleName", r.name), leaf("PolicyName", c.form.Get("PolicyName")), leaf("PolicyDocument", url.QueryEscape(p.text))}, nil
	},
	"ListRolePolicies": func(_ *call, r *role) ([]node, error) {
		list := tag("PolicyNames")
		for _, name := range slices.Sorted(maps.Keys(r.inline)) {
			list.children = append(list.children, leaf("member", name))
		}
		return []node{leaf("IsTruncated", "false"), list}, nil
	},
	"DeleteRolePolicy": func(c *call, r *role) ([]node, error) {
		if _, ok := r.inline[c.form.Get("PolicyName")]; !ok {
			return nil, noSuchEntity("The role policy with name " + c.form.Get("PolicyName") + " cannot be found.")
		}
		delete(r.inline, c.form.Get("PolicyName"))
		return nil, nil
	},
	"AttachRolePolicy": func(c *call, r *role) ([]node, error) {
		return nil, c.key.account.attach(r, c.form.Get("PolicyArn"))
	},
	"DetachRolePolicy": func(c *call, r *role) ([]node, error) {
		at := slices.Index(r.attached, c.form.Get("PolicyArn"))
		if at < 0 {
			return nil, noSuchEntity("Policy " + c.form.Get("PolicyArn") + " was not found.")
		}
		r.attached = slices.Delete(r.attached, at, at+1)
		return nil, nil
	},
	"ListAttachedRolePolicies": func(_ *call, r *role) ([]node, error) {
		list := tag("AttachedPolicies")
		for _, arn := range r.attached {
			list.children = append(list.children, tag("member", leaf("PolicyName", lastPart(arn)), leaf("PolicyArn", arn)))
		}
		return []node{leaf("IsTruncated", "false"), list}, nil
	},
	"ListInstanceProfilesForRole": func(*call, *role) ([]node, error) {
		return []node{leaf("IsTruncated", "false"), tag("InstanceProfiles")}, nil
	},
	"DeleteRole": func(c *call, r *role) ([]node, error) {
		if len(r.inline) > 0 {
			return nil, refuse(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete policies first.")
		}
		if len(r.attached) > 0 {
			return nil, refuse(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
		}
		delete(c.key.account.roles, r.name)
		return nil, nil
	},
}

func (r *role) node() node {
	return tag("Role", leaf("Path", r.path), leaf("RoleName", r.name), leaf("RoleId", r.id), leaf("Arn", r.arn),
		leaf("CreateDate", r.created.UTC().Format(time.RFC3339)), leaf("AssumeRolePolicyDocument", url.QueryEscape(r.trustText)),
		leaf("MaxSessionDuration", strconv.Itoa(r.maxSession)))
}
