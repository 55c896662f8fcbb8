package awssim

import (
	"encoding/xml"
	"strings"

	"mooring/cloud/simulated"
)

type reply = simulated.Reply

// node is an XML element with children or a text.
type node struct {
	name, space, text string
	children          []node
}

func tag(name string, children ...node) node { return node{name: name, children: children} }
func leaf(name, text string) node            { return node{name: name, text: text} }

func (n node) write(b *strings.Builder) {
	b.WriteString("<" + n.name)
	if n.space != "" {
		b.WriteString(` xmlns="` + n.space + `"`)
	}
	b.WriteString(">")
	_ = xml.EscapeText(b, []byte(n.text)) // a strings.Builder doesn't fail
	for _, c := range n.children {
		c.write(b)
	}
	b.WriteString("</" + n.name + ">")
}

func xmlReply(status int, n node) reply {
	var b strings.Builder
	b.WriteString(xml.Header)
	n.write(&b)
	return simulated.NewReply(status, "text/xml;charset=utf-8", b.String())
}
