package text_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"mooring/text"
)

func TestCellIsNeverAFormula(t *testing.T) {
	for typed, want := range map[string]string{
		"Production":               "Production",
		"":                         "",
		"a=b+c":                    "a=b+c",
		"2026-11-23":               "2026-11-23",
		"'quoted'":                 "'quoted'",
		"=1+1":                     "'=1+1",
		"+49 30":                   "'+49 30",
		"-2":                       "'-2",
		"@SUM(A1)":                 "'@SUM(A1)",
		"\t=1":                     "'\t'=1",
		"\r=1":                     "'\r'=1",
		"\n=1":                     "'\n'=1",
		"  =1":                     "'  =1",
		"\u00a0=1":                 "'\u00a0=1",
		"＝1":                       "'＝1",
		"＋1":                       "'＋1",
		"－1":                       "'－1",
		"＠a":                       "'＠a",
		"−1":                       "'−1",
		"|calc":                    "'|calc",
		"%0A":                      "'%0A",
		"=HYPERLINK(\"x\",\"y\")":  "'=HYPERLINK(\"x\",\"y\")",
		"=cmd|' /C calc'!A0":       "'=cmd|' /C calc'!A0",
		"Ümläut 日本":                "Ümläut 日本",
		"person@example.com":       "person@example.com",
		"several words, one comma": "several words, one comma",
		"x;=1+1":                   "x;'=1+1",
		"x; =1+1;y":                "x;' =1+1;y",
		"x;\"=1+1;y":               "x;'\"=1+1;y",
		"x;＝1":                     "x;'＝1",
		"a\t@b":                    "a\t'@b",
		"a\r\n-b":                  "a\r\n'-b",
		"one; two\nthree":          "one; two\nthree",
		"a\xff;+b":                 "a\xff;'+b",
	} {
		if got := text.Cell(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

// FuzzCell: whatever is typed comes out of the CSV as it went in, with at most
// apostrophes put into it, and no part of it begins like a formula.
func FuzzCell(f *testing.F) {
	f.Add("=1+1")
	f.Add("\t＝x")
	f.Add("x;=1+1")
	f.Add("a\n\"@b;\t+c")
	f.Fuzz(func(t *testing.T, typed string) {
		got := text.Cell(typed)
		if strings.ReplaceAll(got, "'", "") != strings.ReplaceAll(typed, "'", "") {
			t.Errorf("%q became %q", typed, got)
		}
		for _, part := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
			if seen := []rune(strings.TrimLeft(part, " \"\u00a0")); len(seen) > 0 && strings.ContainsRune("=+-@＝＋－＠", seen[0]) {
				t.Errorf("%q became %q, where %q begins like a formula", typed, got, part)
			}
		}
		var file strings.Builder
		w := csv.NewWriter(&file)
		if err := w.Write([]string{got, "next"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		row, err := csv.NewReader(strings.NewReader(file.String())).Read()
		if err != nil || len(row) != 2 || strings.ReplaceAll(row[0], "\r", "") != strings.ReplaceAll(got, "\r", "") {
			t.Errorf("%q was read back as %q, %v", got, row, err)
		}
	})
}
