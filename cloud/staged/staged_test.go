package staged_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var harbor = staged.Catalogue{Key: "harbor", Name: "Harbor", UnknownFix: "Ask.", UnknownWho: staged.Who{Words: "The harbor master."},
	Fill: func(command string, target cloud.Target) string {
		return strings.ReplaceAll(command, "{berth}", target.Account)
	},
	Entries: append([]staged.Entry{
		{Code: "Sunken", Happened: "It sank.", Fix: "Raise it.", Who: staged.LinkEditor, Command: "raise {berth}"},
		{Code: "Sunken", Reason: "deep water", Meaning: staged.Copying, Happened: "It is deep.", Fix: "Wait.", Who: staged.Nobody},
		{Code: "Denied", Reason: "at the gate", Happened: "No.", Fix: "Ask.", Who: staged.Operator, Remedy: cloud.DownloadCertificate},
	}, staged.OnTheWay("Harbor")...),
	Reasons: []staged.Reason{{Code: "Sunken", Said: regexp.MustCompile(`deep`), Reason: "deep water"}, {Code: "Denied", Stage: "gate", Reason: "at the gate"}}}

// result is how one stage ends when it is answered with a refusal.
func result(t *testing.T, stage string, fresh bool, refused *wire.Refusal) (cloud.StageResult, cloud.Finding) {
	t.Helper()
	var got cloud.StageResult
	checks := &staged.Checks{Catalogue: &harbor, Stages: []cloud.Stage{{Key: "gate"}, {Key: "view", Advisory: true}}, Now: func() time.Time { return noon },
		Log: slog.New(slog.DiscardHandler), Learned: []string{"Denied"}, ClockCodes: []string{"Clock"},
		Clean: func(said string, target cloud.Target) string { return staged.Clean(said, []string{target.Account}) }}
	r := checks.Begin(cloud.Attempt{Fresh: fresh}, func(one cloud.StageResult) { got = one })
	r.Stage(t.Context(), stage, func(context.Context) (string, error) { return "", refused })
	finding, err := r.End(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got, finding
}

func TestACodeDecidesTheVerdict(t *testing.T) {
	for name, try := range map[string]struct {
		stage   string
		fresh   bool
		refused wire.Refusal
		verdict cloud.Verdict
		code    string
	}{
		"broken":                        {"gate", true, wire.Refusal{Code: "Sunken"}, cloud.Failed, "Sunken"},
		"being copied":                  {"gate", true, wire.Refusal{Code: "Sunken", Message: "too deep"}, cloud.Waiting, "Sunken"},
		"no longer fresh":               {"gate", false, wire.Refusal{Code: "Sunken", Message: "too deep"}, cloud.Failed, "Sunken"},
		"unknown":                       {"gate", true, wire.Refusal{Code: "Odd"}, cloud.Failed, "Odd"},
		"trouble that passes":           {"gate", true, wire.Refusal{Code: "Sunken", Status: 503}, cloud.CannotTell, wire.Outage},
		"too many":                      {"gate", true, wire.Refusal{Code: "Sunken", Throttled: true}, cloud.CannotTell, wire.Throttled},
		"silent by its code":            {"gate", true, wire.Refusal{Code: wire.NoAnswer}, cloud.CannotTell, wire.NoAnswer},
		"only informs":                  {"view", true, wire.Refusal{Code: "Sunken"}, cloud.CannotTell, "Sunken"},
		"only informs, but was learned": {"view", true, wire.Refusal{Code: "Denied"}, cloud.Failed, "Denied"},
	} {
		if got, _ := result(t, try.stage, try.fresh, &try.refused); got.Verdict != try.verdict || got.Code != try.code {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAPauseAndAClockAreSaid(t *testing.T) {
	got, finding := result(t, "gate", false, &wire.Refusal{Code: wire.Throttled, Throttled: true, RetryAfter: 90 * time.Second})
	if got.Said != "It asks for a pause of 90 seconds." || finding.RetryAfter != 90*time.Second {
		t.Errorf("%+v, %+v", got, finding)
	}
	got, _ = result(t, "gate", false, &wire.Refusal{Code: "Clock", Message: "no", Date: noon.Add(7 * time.Minute)})
	if got.Said != "The clock of the server that runs Mooring is 7 minutes behind the clock of Harbor." {
		t.Error(got.Said)
	}
	got, _ = result(t, "gate", false, &wire.Refusal{Code: "Clock", Message: "no", Date: noon.Add(time.Minute)})
	if got.Said != "no" {
		t.Error(got.Said)
	}
}

func TestAFailureOfOurOwnEndsTheCheck(t *testing.T) {
	checks := &staged.Checks{Catalogue: &harbor, Now: time.Now, Log: slog.New(slog.DiscardHandler), Clean: func(said string, _ cloud.Target) string { return said }}
	r := checks.Begin(cloud.Attempt{}, func(cloud.StageResult) { t.Error("a verdict") })
	ours := errors.New("our disk is full")
	for range 2 {
		if r.Stage(t.Context(), "gate", func(context.Context) (string, error) { return "", ours }) {
			t.Error("it goes on")
		}
	}
	if _, err := r.End(t.Context()); !errors.Is(err, ours) {
		t.Error(err)
	}
}

func TestWhyTheCloudDidNotAnswerIsLogged(t *testing.T) {
	var log bytes.Buffer
	checks := &staged.Checks{Catalogue: &harbor, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)), Clean: func(said string, _ cloud.Target) string { return said }}
	r := checks.Begin(cloud.Attempt{}, func(cloud.StageResult) {})
	r.Stage(t.Context(), "gate", func(context.Context) (string, error) {
		return "", wire.Unanswered(errors.New("refused by http://mooring:hunter2@proxy"))
	})
	if said := log.String(); !strings.Contains(said, "Harbor did not answer") || !strings.Contains(said, "stage=gate code=NoAnswer") || strings.Contains(said, "hunter2") {
		t.Error(said)
	}
}

func TestCodesAreExplained(t *testing.T) {
	target := cloud.Target{Account: "pier-7"}
	for anchor, r := range map[string]cloud.StageResult{"harbor-sunken": {Code: "SUNKEN"}, "harbor-sunken-deep-water": {Code: "Sunken", Said: "deep"}, "harbor-denied-at-the-gate": {Stage: "gate", Code: "Denied"}} {
		if e := harbor.Explain(r, target); e.Anchor != anchor || !e.Known {
			t.Errorf("%+v", e)
		}
	}
	if e := harbor.Explain(cloud.StageResult{Code: "Sunken"}, target); e.Command != "raise pier-7" || e.Remedy != cloud.EditLink {
		t.Errorf("%+v", e)
	}
	if e := harbor.Explain(cloud.StageResult{Code: "Odd", Said: "The tide is out"}, target); e.Known || e.Happened != "Harbor answered with an error code that Mooring doesn't know. Its message: The tide is out." {
		t.Errorf("%+v", e)
	}
	if all := harbor.All(); len(all) != len(harbor.Entries) || all[0].Command != "raise " {
		t.Errorf("%d", len(all))
	}
}

func TestOnlyOwnNamesAreKept(t *testing.T) {
	hidden := []staged.Hidden{{Found: regexp.MustCompile(`ship:\S+`), By: "(ship)", Whole: true}, {Found: regexp.MustCompile(`[0-9]{6,}`), By: "(number)"}}
	for said, want := range map[string]string{
		"ship:mine-123456 and ship:other":                               "ship:mine-123456 and (ship)",
		"ship:mine-123456-and-more":                                     "(ship)",
		"1234567 of a@example.com":                                      "(number) of (address)",
		"id 01234567-89ab-cdef-0123-456789abcdef\n\x00end":              "id (id) end",
		"token eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9abc":                 "token (removed)",
		"constraints/something-long-without/any-digits-at-all":          "constraints/something-long-without/any-digits-at-all",
		strings.Repeat("long ", 200):                                    strings.Repeat("long ", 80) + "…",
		"a private character \ue000 is no way to show ship:mine-123456": "a private character is no way to show ship:mine-123456",
	} {
		if got := staged.Clean(said, []string{"ship:mine-123456", ""}, hidden...); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}

func TestTheRequestIDIsKept(t *testing.T) {
	got, _ := result(t, "gate", false, &wire.Refusal{Code: "Sunken", RequestID: "abc-1"})
	if got.TraceID != "abc-1" {
		t.Errorf("%+v", got)
	}
	if got, _ := result(t, "gate", false, &wire.Refusal{Code: "Sunken", RequestID: "<script>"}); got.TraceID != "" {
		t.Errorf("%+v", got)
	}
}
