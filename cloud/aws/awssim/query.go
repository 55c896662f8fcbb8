package awssim

import (
	"net/http"
	"strconv"
)

// queryReply is a good answer in the query protocol. EC2 has its result and its
// request's ID directly in the answer.
func (c *call) queryReply(result ...node) (reply, error) {
	action := c.form.Get("Action")
	n := tag(action+"Response", tag(action+"Result", result...), tag("ResponseMetadata", leaf("RequestId", c.id)))
	if c.service == ec2 {
		n = tag(action+"Response", append([]node{leaf("requestId", c.id)}, result...)...)
	}
	n.space = namespaces[c.service]
	return xmlReply(http.StatusOK, n), nil
}

// list is a list of texts in the form, such as ActionNames.member.1.
func (c *call) list(name string) []string {
	var all []string
	for i := 1; c.form.Has(name + ".member." + strconv.Itoa(i)); i++ {
		all = append(all, c.form.Get(name+".member."+strconv.Itoa(i)))
	}
	return all
}

// unknownAction answers an action that the simulator doesn't know, or a version.
func (c *call) unknownAction() error {
	return refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation %s for version %s", c.form.Get("Action"), c.form.Get("Version"))
}
