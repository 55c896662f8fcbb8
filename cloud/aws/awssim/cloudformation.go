package awssim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (w *world) answerCloudFormation(c *call) (reply, error) {
	action := c.form.Get("Action")
	if c.form.Get("Version") != "2010-05-15" || !slices.Contains([]string{"CreateStack", "DescribeStacks", "DescribeStackEvents", "DeleteStack"}, action) {
		return reply{}, c.unknownAction()
	}
	if err := c.authorize("cloudformation:"+action, "*"); err != nil {
		return reply{}, err
	}
	a, name := c.key.account, c.form.Get("StackName")
	switch action {
	case "CreateStack":
		s, err := w.createStack(a, c.region, stackForm{name, c.form.Get("TemplateBody"), c.list("Capabilities"), c.parameters()})
		if err != nil {
			return reply{}, err
		}
		return c.queryReply(leaf("StackId", s.id))
	case "DescribeStacks":
		return c.describeStacks(name)
	}
	s := a.findStack(name, c.region)
	if action == "DeleteStack" {
		if s != nil { // deleting what doesn't exist is no error
			s.remove()
		}
		return c.queryReply()
	}
	if s == nil {
		return reply{}, noStack(name)
	}
	list := tag("StackEvents")
	for _, e := range slices.Backward(s.events) {
		list.children = append(list.children, tag("member", leaf("StackId", s.id), leaf("StackName", s.name), leaf("EventId", e.logical+"-"+e.status),
			leaf("LogicalResourceId", e.logical), leaf("PhysicalResourceId", e.physical), leaf("ResourceType", e.kind), leaf("ResourceStatus", e.status),
			leaf("ResourceStatusReason", e.reason), leaf("Timestamp", s.created.UTC().Format(time.RFC3339))))
	}
	return c.queryReply(list)
}

// parameters are those that a CreateStack gives.
func (c *call) parameters() map[string]string {
	all := map[string]string{}
	for i := 1; c.form.Has("Parameters.member." + strconv.Itoa(i) + ".ParameterKey"); i++ {
		name := "Parameters.member." + strconv.Itoa(i)
		all[c.form.Get(name+".ParameterKey")] = c.form.Get(name + ".ParameterValue")
	}
	return all
}

func (c *call) describeStacks(name string) (reply, error) {
	a := c.key.account
	list := tag("Stacks")
	if name == "" {
		for _, s := range a.stacks {
			if s.region == c.region && s.status != deleted {
				list.children = append(list.children, s.node())
			}
		}
		return c.queryReply(list)
	}
	s := a.findStack(name, c.region)
	if s == nil {
		if s = a.findStackID(name); s == nil {
			return reply{}, noStack(name)
		}
	}
	list.children = []node{s.node()}
	return c.queryReply(list)
}

const deleted = "DELETE_COMPLETE"

// findStack finds a stack that wasn't deleted, by its name or ID.
func (a *account) findStack(name, region string) *stack {
	for _, s := range a.stacks {
		if (s.name == name || s.id == name) && s.region == region && s.status != deleted {
			return s
		}
	}
	return nil
}

// findStackID finds a stack by its ID, deleted or not.
func (a *account) findStackID(id string) *stack {
	for _, s := range a.stacks {
		if s.id == id {
			return s
		}
	}
	return nil
}

func noStack(name string) error {
	return refuse(http.StatusBadRequest, "ValidationError", "Stack with id %s does not exist", name)
}

// remove deletes the stack with what it made.
func (s *stack) remove() {
	for _, remove := range slices.Backward(s.removers) {
		remove()
	}
	s.removers, s.status = nil, deleted
}

// node has the outputs in no useful order, as AWS has.
func (s *stack) node() node {
	outputs, capabilities := tag("Outputs"), tag("Capabilities")
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(s.outputs))) {
		outputs.children = append(outputs.children, tag("member", leaf("OutputKey", key), leaf("OutputValue", s.outputs[key])))
	}
	for _, name := range s.capabilities {
		capabilities.children = append(capabilities.children, leaf("member", name))
	}
	return tag("member", leaf("StackName", s.name), leaf("StackId", s.id), leaf("CreationTime", s.created.UTC().Format(time.RFC3339)),
		leaf("StackStatus", s.status), leaf("StackStatusReason", s.reason), leaf("DisableRollback", "false"), outputs, capabilities)
}
