package walkthrough

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// sceneOf reads one block of data.
func sceneOf(t *testing.T, block string) *Scene {
	t.Helper()
	return parsed(t, "x", guide("```"+block+"\n```\n")).Steps[0].Scene
}

func TestASceneSaysWhoDoesWhatWhere(t *testing.T) {
	s := sceneOf(t, `picture ids
as: max@example.com
open: /accounts
do:
  - click: button "Save" in dialog "Azure"
  - type: "{id}"
    into: textbox "Subscription ID"
  - choose: Reader
    in: combobox "Role"
  - attach: a.cer
    to: button "Upload"
  - press: Escape
  - wait for: text "Done"
  - wait until gone: dialog
  - remember: client
    from: doc "client-id"
frame:
  - main
  - dialog "Azure"
margin: 0
height: 1200
alt: |
  What it
  shows.
caption: A  caption`)
	equal(t, "name, as, on", []string{s.Name, s.As, s.On}, []string{"ids", "max@example.com", ""})
	var actions []string
	for _, a := range s.Do {
		actions = append(actions, a.String())
	}
	equal(t, "actions", actions, []string{"open /accounts", `click button "Save" in dialog "Azure"`, `type {id} into textbox "Subscription ID"`, `choose Reader in combobox "Role"`,
		`attach a.cer to button "Upload"`, "press Escape", `wait for text "Done"`, "wait until gone dialog", `remember client from doc "client-id"`})
	equal(t, "frame", fmt.Sprint(s.Frame), `[main dialog "Azure"]`)
	equal(t, "margin, height", fmt.Sprint(s.Margin, s.Height), "0 1200")
	equal(t, "alt", s.Alt, "What it shows.")
	equal(t, "caption", s.Caption, "A caption")
}

func TestEveryVerbIsRead(t *testing.T) {
	for _, verb := range verbs {
		line, want := fmt.Sprintf("%s: main", verb), Action{Verb: verb, Target: Target{Role: "main"}}
		switch complement := complements[verb]; {
		case complement != "":
			line, want = fmt.Sprintf("%s: one\n    %s: main", verb, complement), Action{Verb: verb, Text: "one", Target: Target{Role: "main"}}
		case verb == Open || verb == Press:
			want = Action{Verb: verb, Text: "main"}
		}
		got := sceneOf(t, "act\ndo:\n  - "+line).Do[0]
		want.Line = 2
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", line, got, want)
		}
	}
}

func TestEveryMarkIsRead(t *testing.T) {
	for _, kind := range markKinds {
		lines, want := fmt.Sprintf("%s: main\n    width: narrow", kind), Mark{Kind: kind, Target: Target{Role: "main"}, Width: "narrow", Line: 2}
		if kind == Callout {
			lines, want.Text = lines+"\n    text: Paste it here", "Paste it here"
		}
		got := sceneOf(t, "picture x\nmark:\n  - "+lines).Marks[0]
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", lines, got, want)
		}
	}
}

func TestMarksBelongToTheirWidth(t *testing.T) {
	for width, want := range map[string]string{"": "true true", "wide": "true false", "narrow": "false true"} {
		m := Mark{Width: width}
		equal(t, "width "+width, fmt.Sprint(m.on(Look{Dark: true}), " ", m.on(Look{Narrow: true})), want)
	}
}

func TestAFrameIsOneTargetOrSome(t *testing.T) {
	equal(t, "none", len(sceneOf(t, "picture x\nalt: y").Frame), 0)
	equal(t, "one", fmt.Sprint(sceneOf(t, "picture x\nframe: main").Frame), "[main]")
	equal(t, "two", fmt.Sprint(sceneOf(t, "picture x\nframe: [main, dialog]").Frame), "[main dialog]")
}

func TestTheUsualMarginHasRoomForWhatStandsBeside(t *testing.T) {
	equal(t, "without marks", sceneOf(t, "picture x").Margin, usualMargin)
	equal(t, "with a badge", sceneOf(t, "picture x\nmark:\n  - badge: main").Margin, badgeMargin)
	equal(t, "with a badge and a wish", sceneOf(t, "picture x\nmargin: 3\nmark:\n  - badge: main").Margin, 3.0)
}

func TestABlockThatOnlyActsNeedsNoName(t *testing.T) {
	s := sceneOf(t, "act\non: portal\nopen: /apps")
	equal(t, "scene", fmt.Sprint(s.Name, s.Picture, s.On, s.Do), "falseportal[open /apps]")
}

func TestATerminalShowsItsOutputAsItIsReadBest(t *testing.T) {
	terminal := parsed(t, "x", guide(fences(`'''terminal list
run: ls -l
until: ready
exit: 3
show:
  - match: 'took \d+ms'
    as: took 12ms
  - match: '(?m)^secret (\w+)$'
    as: $1 is known
remember:
  id: 'id=(\w+)'
'''
`))).Steps[0].Terminal
	equal(t, "terminal", fmt.Sprint(terminal.Name, " ", terminal.Run, " ", terminal.Until, " ", terminal.Exit), "list ls -l ready 3")
	equal(t, "shown", terminal.shown("took 7ms\nsecret word\n"), "$ ls -l\ntook 12ms\nword is known\n")
	equal(t, "remembered", strings.Join(terminal.Remember["id"].FindStringSubmatch("an id=abc here"), " "), "id=abc abc")
}

func TestPathsOfLabelsAreAsManyLabels(t *testing.T) {
	met := seen{}
	met.add([]string{"Account  info", "Cloud Providers", "Save\n credentials"})
	var missing []string
	for _, f := range met.missing([]Label{{"Account info > Cloud Providers", 3}, {"Save credentials", 4}, {"Account > Cloud Providers > Azure", 5}, {"save credentials", 6}}) {
		missing = append(missing, fmt.Sprint(f.Line, " ", f.Says))
	}
	equal(t, "missing", missing, []string{
		`5 the text names "Account", but the interface does not show it at this step`,
		`5 the text names "Azure", but the interface does not show it at this step`,
		`6 the text names "save credentials", but the interface does not show it at this step`,
	})
}

func TestNamesStandForWhatWasRemembered(t *testing.T) {
	p := &play{names: map[string]string{"id": "abc", "client id": "x-1", "empty": ""}}
	for text, want := range map[string]string{"": "", "plain": "plain", "{id}": "abc", "a {id} and {client id}": "a abc and x-1", "{empty}": "", "{Id} {} {1} {a\nb}": "{Id} {} {1} {a\nb}", "{{id}}": "{abc}"} {
		got, err := p.named(text)
		wantErr(t, err, nil)
		equal(t, text, got, want)
	}
	_, err := p.named("{id} and {ip}")
	if err == nil || err.Error() != "nothing was remembered as {ip}; known names are [client id empty id]" {
		t.Errorf("unknown: %v", err)
	}
	target, err := p.namedTarget(Target{Role: "button", Name: "Stop {id}", Within: &Target{Role: "row", Name: "{client id}"}})
	wantErr(t, err, nil)
	equal(t, "target", target.String(), `button "Stop abc" in row "x-1"`)
	if _, err = p.namedTarget(Target{Role: "button", Name: "Stop", Within: &Target{Role: "row", Name: "{ip}"}}); err == nil {
		t.Error("an unknown name within a target is taken")
	}
}
