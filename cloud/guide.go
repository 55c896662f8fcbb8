package cloud

import "mooring/certificate"

// Command is something to paste into the cloud's command line.
type Command struct {
	Title string
	Why   string
	Text  string // empty: there is no command for it, and Why says what to do
}

// Draft is what a guide is written from.
type Draft struct {
	Form        Form
	AccountName string                  // of the account in Mooring
	Certificate certificate.Certificate // that the cloud is to trust: the authority where Method.Needs is Chain; the zero value where it is Nothing
	LinkName    string                  // as certificate.NewLinkName makes it; empty unless Method.Needs is Chain
}

// Guide tells a person how to link. The page draws its parts in this order and
// numbers them.
type Guide struct {
	Needs   []string // what the person needs
	Does    []string // what Mooring will be able to do
	Compare string   // what to compare the certificate with, once it is there
	File    *File    // something to download beside the certificate; nil: nothing
	Upload  string   // heading of what is done on the cloud's side: "Upload it in Azure"
	Ways    []Way    // to do it, each with the same result, the first one recommended
	Enter   string   // heading of the fields: "Enter the IDs"
}

// File is a file that a person downloads.
type File struct {
	Name string // "mooring-abc.yaml"
	Text string
	Says string // on its button: "Download the template"
}

// Commands are those of all ways.
func (g Guide) Commands() []Command {
	var all []Command
	for _, w := range g.Ways {
		all = append(all, w.Commands...)
	}
	return all
}

// Way is one way to do what has to be done on the cloud's side.
type Way struct {
	Key      string // "portal"
	Title    string // "In the Azure portal"
	Hint     string // what to do first; mostly empty
	Steps    []Step
	Commands []Command // least privilege first
}

// Step is one step in the cloud's portal.
type Step struct {
	Text     string
	LinkText string // optional, with LinkURL
	LinkURL  string
}
