package aws

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

// element is an XML element, read without knowing what should be in it. Namespaces
// are left out, because AWS's differ by service and version.
type element struct {
	name     string
	data     string // what is written directly in it
	children []*element
}

// deepest bounds how deep an answer is read.
const deepest = 32

// parseXML reads a document. It gives nil if it isn't one, as a page of HTML
// usually isn't.
func parseXML(body []byte) *element {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	document := &element{}
	open := []*element{document}
	for {
		token, err := decoder.Token()
		if err == io.EOF && len(document.children) == 1 {
			return document.children[0]
		}
		if err != nil {
			return nil
		}
		at := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			if len(open) > deepest {
				return nil
			}
			inner := &element{name: token.Name.Local}
			at.children = append(at.children, inner)
			open = append(open, inner)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			at.data += string(token)
		}
	}
}

// child is the first child of this name, or nil. A nil element has no children.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// list is the children of a child: AWS puts the items of a list into "member" or
// "item".
func (e *element) list(name string) []*element {
	if c := e.child(name); c != nil {
		return c.children
	}
	return nil
}

// text is what a child says, or "".
func (e *element) text(name string) string {
	c := e.child(name)
	if c == nil {
		return ""
	}
	return strings.TrimSpace(c.data)
}
