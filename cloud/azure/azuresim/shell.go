package azuresim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// maxShellLines is how many commands one paste may hold.
const maxShellLines = 50

// shell is the simulated Cloud Shell of one person, who owns every subscription.
type shell struct {
	world *world

	mu      sync.Mutex
	current string // the subscription that az account set chose
}

// shellResult is what one command printed.
type shellResult struct {
	Command string
	Notes   []string // what az tells the person beside its answer
	Output  string
	Failed  bool
}

func newShell(w *world) *shell { return &shell{world: w, current: workingSubscription} }

// run does every command of the text in turn, like bash also after one failed.
func (sh *shell) run(text string) []shellResult {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	lines, err := splitShell(text)
	if err == nil && len(lines) > maxShellLines {
		err = refuse("There are more than %d commands. Paste fewer.", maxShellLines)
	}
	if err != nil {
		return []shellResult{failed(shellResult{Command: strings.TrimSpace(text)}, err)}
	}
	var results []shellResult
	for _, line := range lines {
		results = append(results, sh.runLine(line))
	}
	return results
}

func (sh *shell) runLine(line shellLine) shellResult {
	result := shellResult{Command: line.source}
	command, rest, err := findCommand(line.words)
	if err != nil {
		return failed(result, err)
	}
	o, err := command.parse(rest)
	if err != nil {
		return failed(result, err)
	}
	s := &shellSession{shell: sh, world: sh.world, subscription: sh.current}
	if name := o.one("--subscription"); name != "" {
		if s.subscription, err = s.resolveSubscription(name); err != nil {
			return failed(result, err)
		}
	}
	answer, err := command.run(s, o)
	result.Notes = s.notes
	if err != nil {
		return failed(result, err)
	}
	if result.Output, err = printAnswer(answer, o); err != nil {
		return failed(result, err)
	}
	return result
}

// failed adds the sentence for the person. Another error than a refusal is a
// fault of the simulator, which has no sentence.
func failed(r shellResult, err error) shellResult {
	sentence := "The simulated shell failed. This is an error in the simulator."
	var known *refusal
	if errors.As(err, &known) {
		sentence = known.sentence
	}
	r.Failed = true
	r.Notes = append(r.Notes, "ERROR: "+sentence)
	return r
}

// printAnswer is az's --query and --output, as far as they go here.
func printAnswer(answer any, o options) (string, error) {
	if answer == nil || o.one("--output") == "none" {
		return "", nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if query := o.one("--query"); query != "" {
		picked, err := pick(answer, query)
		if err != nil {
			return "", err
		}
		answer = picked
	}
	switch format := o.one("--output"); format {
	case "", "json", "jsonc":
		if err := e.Encode(answer); err != nil {
			return "", err
		}
		return b.String(), nil
	case "tsv":
		if text, ok := answer.(string); ok {
			return text + "\n", nil
		}
		return "", refuse("--output tsv is simulated for a single text only, such as --query appId --output tsv.")
	default:
		return "", refuse("--output %s is not simulated; json, tsv and none are.", format)
	}
}

// pick does the simplest forms of a query: name, list[0].name, and {new:name,...}.
func pick(answer any, query string) (any, error) {
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, refuse("--query is simulated for single objects only, not for lists.")
	}
	inner, ok := strings.CutPrefix(strings.TrimSpace(query), "{")
	if !ok {
		return field(object, query)
	}
	inner, ok = strings.CutSuffix(inner, "}")
	if !ok {
		return nil, refuse("The query %q lacks its closing brace.", query)
	}
	picked := map[string]any{}
	for _, pair := range strings.Split(inner, ",") {
		name, from, ok := strings.Cut(pair, ":")
		if !ok {
			return nil, refuse("The query %q is not simulated. Use one name, or {new:name,other:name}.", query)
		}
		if picked[strings.TrimSpace(name)], err = field(object, from); err != nil {
			return nil, err
		}
	}
	return picked, nil
}

func field(object map[string]any, name string) (any, error) {
	name = strings.TrimSpace(name)
	if value, ok := object[name]; ok {
		return value, nil
	}
	if list, rest, ok := strings.Cut(name, "[0]."); ok {
		values, isList := object[list].([]any)
		if isList && len(values) == 0 {
			return nil, nil
		}
		if isList {
			if first, ok := values[0].(map[string]any); ok {
				return field(first, rest)
			}
		}
	}
	return nil, refuse("The query names %q, which isn't in the answer.", name)
}

// shellSession is what one command works with.
type shellSession struct {
	shell        *shell
	world        *world
	subscription string
	notes        []string
}

func (s *shellSession) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// resolveSubscription finds a subscription by its ID or its exact name.
func (s *shellSession) resolveSubscription(name string) (string, error) {
	id, isID := parseGUID(name)
	for _, sub := range s.world.listSubscriptions() {
		if sub.read != readUnknown && (isID && sub.id == id || strings.EqualFold(sub.name, name)) {
			return sub.id, nil
		}
	}
	return "", refuse("The subscription of '%s' doesn't exist in cloud 'AzureCloud'.", name)
}

// home is the current subscription.
func (s *shellSession) home() (subscription, error) {
	return s.world.getSubscription(s.subscription)
}
