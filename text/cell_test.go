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
		"\t=1":                     "'\t=1",
		"\r=1":                     "'\r=1",
		"\n=1":                     "'\n=1",
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
	} {
		if got := text.Cell(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

// FuzzCell: whatever is typed comes out of the CSV as it went in, with at most
// an apostrophe before it, and never begins like a formula.
func FuzzCell(f *testing.F) {
	f.Add("=1+1")
	f.Add("\t＝x")
	f.Fuzz(func(t *testing.T, typed string) {
		got := text.Cell(typed)
		if got != typed && got != "'"+typed {
			t.Errorf("%q became %q", typed, got)
		}
		if seen := strings.TrimLeft(got, " \t\r\n"); seen != "" && strings.ContainsAny(seen[:1], "=+-@") {
			t.Errorf("%q became %q, which begins like a formula", typed, got)
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
