package google

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"mooring/text"
)

// Project is what Google says about a project.
type Project struct {
	ID, Number, Name string
	State            string // Google's word: "ACTIVE", "DELETE_REQUESTED"
}

// longestName is the longest name of a project that is kept, in bytes.
const longestName = 100

// Project reads a project.
func (c *Client) Project(ctx context.Context, token Token, id string) (Project, error) {
	o, a, err := c.ask(ctx, token, "https://"+hostProjects+"/v3/projects/"+url.PathEscape(id), nil)
	if err != nil {
		return Project{}, err
	}
	p := Project{ID: o.Text("projectid"), Number: strings.TrimPrefix(o.Text("name"), "projects/"), Name: text.Line(o.Text("displayname")), State: o.Text("state")}
	if p.ID == "" || p.State == "" {
		return Project{}, c.wire.Unexpected(a, errors.New("google: not a project"))
	}
	if len(p.Name) > longestName {
		p.Name = strings.ToValidUTF8(p.Name[:longestName], "") + "…"
	}
	return p, nil
}

// mostPermissions is how many permissions Google takes in one question.
const mostPermissions = 100

// TestPermissions asks which of these permissions the token has on a project. It needs
// no permission.
func (c *Client) TestPermissions(ctx context.Context, token Token, project string, permissions []string) ([]string, error) {
	var all []string
	for some := range slices.Chunk(permissions, mostPermissions) {
		o, a, err := c.ask(ctx, token, "https://"+hostProjects+"/v1/projects/"+url.PathEscape(project)+":testIamPermissions", map[string]any{"permissions": some})
		if err != nil {
			return nil, err
		}
		var granted []string
		// Without any permission, the answer is an empty object.
		if raw := o["permissions"]; raw == nil && len(o) > 0 || raw != nil && json.Unmarshal(raw, &granted) != nil {
			return nil, c.wire.Unexpected(a, errors.New("google: the permissions can't be read"))
		}
		all = append(all, granted...)
	}
	return all, nil
}
