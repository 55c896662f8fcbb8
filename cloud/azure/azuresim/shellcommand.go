package azuresim

import (
	"slices"
	"strings"
)

// shellCommand is one az command.
type shellCommand struct {
	name  string // after az
	flags []shellFlag
	run   func(*shellSession, options) (any, error)
}

// shellFlag is one flag with its other spellings. The first one is its name.
type shellFlag struct {
	names    []string
	takes    flagTakes
	required bool
}

type flagTakes int

const (
	takesOne     flagTakes = iota
	takesMany              // values separated by spaces
	takesNothing           // a switch; a true or false after it is read too
)

// options are the flags given, by name.
type options map[string][]string

func (o options) has(name string) bool {
	values, ok := o[name]
	return ok && !slices.Equal(values, []string{"false"})
}

// one is the last value given, or "".
func (o options) one(name string) string {
	values := o[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

func need(names ...string) shellFlag   { return shellFlag{names: names, required: true} }
func may(names ...string) shellFlag    { return shellFlag{names: names} }
func many(names ...string) shellFlag   { return shellFlag{names: names, takes: takesMany} }
func toggle(names ...string) shellFlag { return shellFlag{names: names, takes: takesNothing} }

// shellCommands are those that are simulated.
func shellCommands() []shellCommand {
	return []shellCommand{
		{"ad sp create-for-rbac", []shellFlag{
			may("--name", "-n", "--display-name"), may("--role"), many("--scopes"), may("--cert"), may("--years"),
			toggle("--create-cert"), toggle("--create-password"),
		}, (*shellSession).createForRBAC},
		{"ad sp create", []shellFlag{need("--id")}, (*shellSession).createPrincipal},
		{"ad sp update", []shellFlag{need("--id"), need("--set")}, (*shellSession).updatePrincipal},
		{"ad app list", []shellFlag{may("--display-name"), toggle("--all")}, (*shellSession).listApps},
		{"ad app show", []shellFlag{need("--id")}, (*shellSession).showApp},
		{"ad app delete", []shellFlag{need("--id")}, (*shellSession).deleteApp},
		{"ad app credential list", []shellFlag{need("--id"), toggle("--cert")}, (*shellSession).listCredentials},
		{"ad app credential delete", []shellFlag{need("--id"), need("--key-id"), toggle("--cert")}, (*shellSession).deleteCredential},
		{"ad app credential reset", []shellFlag{
			need("--id"), may("--cert"), toggle("--append"), may("--display-name"), may("--years"), toggle("--create-cert"),
		}, (*shellSession).resetCredential},
		{"role assignment create", []shellFlag{need("--assignee", "--assignee-object-id"), need("--role"), need("--scope"), may("--assignee-principal-type")}, (*shellSession).createAssignment},
		{"role assignment delete", []shellFlag{need("--assignee"), may("--role"), may("--scope")}, (*shellSession).deleteAssignment},
		{"provider register", []shellFlag{need("--namespace", "-n"), toggle("--wait")}, (*shellSession).registerProvider},
		{"provider show", []shellFlag{need("--namespace", "-n")}, (*shellSession).showProvider},
		{"account show", nil, (*shellSession).showAccount},
		{"account list", []shellFlag{toggle("--all")}, (*shellSession).listAccounts},
		{"account set", []shellFlag{need("--subscription", "-s", "--name", "-n")}, (*shellSession).setAccount},
	}
}

// globalFlags go with every command.
func globalFlags() []shellFlag {
	return []shellFlag{
		may("--output", "-o"), may("--query"), may("--subscription"),
		toggle("--only-show-errors"), toggle("--verbose"), toggle("--debug"),
	}
}

// findCommand finds the command that the words before the first flag name.
func findCommand(words []string) (shellCommand, []string, error) {
	if words[0] != "az" {
		return shellCommand{}, nil, refuse("%.60q is not simulated. This shell knows only az.", words[0])
	}
	end := 1
	for end < len(words) && !isFlag(words[end]) {
		end++
	}
	typed := strings.Join(words[1:end], " ")
	for _, c := range shellCommands() {
		if c.name == typed {
			return c, words[end:], nil
		}
	}
	return shellCommand{}, nil, refuse("'az %.60s' is not simulated. The simulated commands are listed below the field.", typed)
}

// parse reads the flags of a command.
func (c shellCommand) parse(words []string) (options, error) {
	o := options{}
	flags := append(slices.Clip(c.flags), globalFlags()...)
	for len(words) > 0 {
		spelled, value, joined := strings.Cut(words[0], "=")
		words = words[1:]
		i := slices.IndexFunc(flags, func(f shellFlag) bool { return slices.Contains(f.names, spelled) })
		if i < 0 {
			return nil, refuse("unrecognized arguments: %.60s (unknown to 'az %s', or not simulated)", spelled, c.name)
		}
		values := 0
		for values < len(words) && !isFlag(words[values]) {
			values++
		}
		given := words[:values]
		words = words[values:]
		if joined {
			given = append([]string{value}, given...)
		}
		f := flags[i]
		if err := f.check(spelled, given); err != nil {
			return nil, err
		}
		o[f.names[0]] = append(o[f.names[0]], given...)
	}
	for _, f := range c.flags {
		if f.required && o.one(f.names[0]) == "" {
			return nil, refuse("the following arguments are required: %s", strings.Join(f.names, "/"))
		}
	}
	return o, nil
}

// check wants as many values as the flag takes.
func (f shellFlag) check(spelled string, given []string) error {
	switch {
	case f.takes == takesOne && len(given) == 0, f.takes == takesMany && len(given) == 0:
		return refuse("argument %s: expected a value", spelled)
	case f.takes == takesOne && len(given) > 1:
		return refuse("unrecognized arguments: %.60s (put quotation marks around a value with spaces)", given[1])
	case f.takes == takesNothing && len(given) > 0 && !slices.Contains([]string{"true", "false"}, given[0]):
		return refuse("argument %s takes no value here, or that value is not simulated.", spelled)
	}
	return nil
}

// isFlag tells a flag from a value. PEM text starts with dashes too, but has
// spaces in its first line.
func isFlag(word string) bool {
	if strings.ContainsAny(word, " \n") {
		return false
	}
	short := len(word) == 2 && word[0] == '-' && 'a' <= word[1] && word[1] <= 'z'
	return short || strings.HasPrefix(word, "--")
}
