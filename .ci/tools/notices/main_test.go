package main

import (
	"strings"
	"testing"
)

const isc = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

func TestOnlyKnownAndAllowedLicensesPass(t *testing.T) {
	tests := map[string]struct {
		texts []text
		wrong string
	}{
		"allowed":                {[]text{newText("a/LICENSE", "Copyright 2026 A\n\n"+isc), newText("a/NOTICE", "A was here.")}, ""},
		"not allowed":            {[]text{{file: "a/LICENSE", licenses: []string{"MIT", "AGPL-3.0"}}}, "AGPL-3.0"},
		"no license":             {nil, "no license"},
		"a notice only":          {[]text{newText("a/NOTICE", "A was here.")}, "no license"},
		"a license of their own": {[]text{newText("a/LICENSE", isc), newText("a/b/LICENSE", "Ask my mother.")}, "a/b/LICENSE"},
	}
	for name, test := range tests {
		err := component{name: "a", texts: test.texts}.judge()
		if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSameTextIsThereOnce(t *testing.T) {
	one := text{file: "a/LICENSE", content: "Do  what\nyou want.", licenses: []string{"MIT"}}
	other := text{file: "b/LICENSE", content: "Do what you want.", licenses: []string{"MIT"}}
	page := string(render([]component{{name: "a", version: "v1", texts: []text{one}}, {name: "b", texts: []text{other}}}))
	for _, want := range []string{"| a | v1 | MIT |", "### a/LICENSE, b/LICENSE\n\n~~~~text\nDo  what\nyou want.\n~~~~"} {
		if !strings.Contains(page, want) || strings.Count(page, "you want") != 1 {
			t.Errorf("no %q, or a text twice, in\n%s", want, page)
		}
	}
}
