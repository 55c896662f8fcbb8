package googlesim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"mooring/cloud/simulated"
)

var permissionForm = regexp.MustCompile(`^[a-z][A-Za-z0-9]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+$`)

// mostPermissions is how many can be asked about at once.
const mostPermissions = 100

// onProject answers the two methods of the Resource Manager that matter here.
func (w *world) onProject(c *call) (simulated.Reply, error) {
	version, rest, _ := strings.Cut(strings.TrimPrefix(c.URL.Path, "/"), "/")
	id, isProject := strings.CutPrefix(rest, "projects/")
	id, isTest := strings.CutSuffix(id, ":testIamPermissions")
	if !isProject || strings.Contains(id, "/") || version != "v1" && version != "v3" || isTest != (c.Method == http.MethodPost) || !isTest && c.Method != http.MethodGet {
		return simulated.Reply{}, errNoMethod
	}
	p := w.projects[id]
	if p != nil {
		stage := atProject
		if isTest {
			stage = atPermissions
		}
		if err := p.override.Instead(stage); err != nil {
			return simulated.Reply{}, err
		}
	}
	t, err := w.authenticate(c, projectsHost)
	if err != nil {
		return simulated.Reply{}, err
	}
	if isTest {
		return p.testPermissions(c, t)
	}
	if p == nil || p.left > 0 || !p.has(t.members, "resourcemanager.projects.get") {
		if p != nil && p.left > 0 {
			p.left--
		}
		return simulated.Reply{}, permissionDenied("resourcemanager.projects.get", "//cloudresourcemanager.googleapis.com/projects/"+id)
	}
	number, state := p.Number, p.state
	switch {
	case p.override.Has(effectOtherProject):
		number = "100000000001"
	case p.override.Has(effectDeleted):
		state = "DELETE_REQUESTED"
	case p.override.Has(effectNotActive):
		state = "STATE_UNSPECIFIED"
	}
	if version == "v1" {
		return simulated.JSONReply(http.StatusOK, map[string]any{"projectNumber": number, "projectId": p.ID, "lifecycleState": state, "name": p.Name}), nil
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"name": "projects/" + number, "projectId": p.ID, "state": state, "displayName": p.Name,
		"createTime": "2024-02-03T04:05:06.789Z", "etag": `W/"simulated"`, "parent": "organizations/142857000000"}), nil
}

// testPermissions needs no permission. Of a project that isn't there it says nothing.
func (p *project) testPermissions(c *call, t *token) (simulated.Reply, error) {
	var in struct{ Permissions []string }
	if json.Unmarshal(c.body, &in) != nil || len(in.Permissions) == 0 || len(in.Permissions) > mostPermissions {
		return simulated.Reply{}, invalid("Ask about 1 to %d permissions.", mostPermissions)
	}
	var granted []string
	for _, permission := range in.Permissions {
		if !permissionForm.MatchString(permission) {
			return simulated.Reply{}, invalid("Permission %s is not valid.", permission)
		}
		if p != nil && p.has(t.members, permission) {
			granted = append(granted, permission)
		}
	}
	if granted == nil {
		return simulated.JSONReply(http.StatusOK, map[string]any{}), nil
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"permissions": granted}), nil
}
