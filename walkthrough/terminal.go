package walkthrough

import (
	"errors"
	"fmt"
	"regexp"
)

// Terminal is a block that runs a command and shows what it really prints.
type Terminal struct {
	Name     string
	Run      string                    // a line for the shell
	Until    string                    // the words after which it is ready and runs on; "": it runs to its end
	Exit     int                       // the exit code that is expected
	Show     []Replacement             // what is shown in place of what differs each time
	Remember map[string]*regexp.Regexp // names, and what of the output is kept under them
}

// Replacement shows something else in place of what differs each time.
type Replacement struct {
	Match *regexp.Regexp
	As    string
}

type terminalData struct {
	Run   string `yaml:"run"`
	Until string `yaml:"until"`
	Exit  int    `yaml:"exit"`
	Show  []struct {
		Match string `yaml:"match"`
		As    string `yaml:"as"`
	} `yaml:"show"`
	Remember map[string]string `yaml:"remember"`
}

func (d terminalData) terminal(name string) (*Terminal, error) {
	if !ValidName(name) {
		return nil, fmt.Errorf("a terminal needs a name of small letters, digits and hyphens after the word terminal, not %q", name)
	}
	if d.Run == "" {
		return nil, errors.New("run: specify the command")
	}
	t := &Terminal{Name: name, Run: d.Run, Until: d.Until, Exit: d.Exit, Remember: map[string]*regexp.Regexp{}}
	for _, s := range d.Show {
		match, err := regexp.Compile(s.Match)
		if err != nil {
			return nil, fmt.Errorf("show: %w", err)
		}
		t.Show = append(t.Show, Replacement{match, s.As})
	}
	for name, pattern := range d.Remember {
		match, err := regexp.Compile(pattern)
		if err != nil {
			return nil, fmt.Errorf("remember: %w", err)
		}
		t.Remember[name] = match
	}
	return t, nil
}

// shown is a command with its output as the page shows it.
func (t *Terminal) shown(output string) string {
	text := "$ " + t.Run + "\n" + output
	for _, r := range t.Show {
		text = r.Match.ReplaceAllString(text, r.As)
	}
	return text
}
