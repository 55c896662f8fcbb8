package simulated_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"mooring/cloud/simulated"
)

func TestAnOverrideWithoutAnEffectIsRefusedInWords(t *testing.T) {
	for want, o := range map[string]simulated.Override{
		"choose one of the stages sign-in, harbors": {Stage: "elsewhere", Code: "AccessDenied"},
		"enter a code, such as NoBerth":             {Stage: "sign-in", Code: "no code"},
		"only at the stage harbors":                 {Stage: "sign-in", Code: "OtherHarbor"},
		"no reason is sent":                         {Stage: "sign-in", Code: "NoAnswer", Reason: "x"},
		"are fixed for TimedOut":                    {Stage: "sign-in", Code: "TimedOut", Status: 500},
		"the HTTP status is from 400 to 599":        {Stage: "sign-in", Code: "AccessDenied", Status: 200},
		"Retry-After is a number of seconds":        {Stage: "sign-in", Code: "Throttling", RetryAfter: 4000},
	} {
		if _, err := overrides.Read(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestAnOverrideReplacesTheAnswer(t *testing.T) {
	q := newQuay(t)
	client := q.client(t)
	for _, try := range []struct {
		o      simulated.Override
		status int
		want   string
	}{
		{simulated.Override{Stage: "harbors", Code: "NoBerth"}, 409, "Every berth is taken."},
		{simulated.Override{Stage: "harbors", Code: "NoBerth", Reason: "Full", Status: 418, RetryAfter: 9}, 418, `"Full"`},
		{simulated.Override{Stage: "harbors", Code: "Odd"}, 403, "The simulated Quay answers with this code because somebody chose it."},
		{simulated.Override{Stage: "harbors", Code: "UnexpectedAnswer"}, 200, "A page for people"},
		{simulated.Override{Stage: "harbors", Code: "ServiceUnavailable"}, 503, "A page for people"},
		{simulated.Override{Stage: "harbors", Code: "TooManyRequests", RetryAfter: 9}, 429, "A page for people"},
		{simulated.Override{Stage: "harbors", Code: "OtherHarbor"}, 200, "elsewhere"},
		{simulated.Override{Stage: "sign-in", Code: "NoBerth"}, 200, "api.quay.example"},
	} {
		q.override(t, try.o)
		answer, err := client.Get("https://api.quay.example/")
		if r, body := read(t, answer, err); r.StatusCode != try.status || !strings.Contains(body, try.want) || (r.Header.Get("Retry-After") == "9") != (try.o.RetryAfter == 9) {
			t.Errorf("%+v: %s %v %s", try.o, r.Status, r.Header, body)
		}
	}
	for _, code := range []string{"NoAnswer", "NameNotFound"} {
		q.override(t, simulated.Override{Stage: "harbors", Code: code})
		if _, err := client.Get("https://api.quay.example/"); err == nil {
			t.Errorf("%s was answered", code)
		}
	}
	q.override(t, simulated.Override{Stage: "harbors", Code: "TimedOut"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.quay.example/", nil)
	ok(t, err)
	if _, err := client.Do(r); err == nil {
		t.Error("silence was an answer")
	}
}

func TestAnAccountAnswersAsUsualUntilSomebodyChooses(t *testing.T) {
	var none *simulated.Chosen
	if none.Now() != nil || none.Instead("harbors") != nil || none.Has(simulated.EffectError) || none.Trouble("harbors") != "" {
		t.Error("nothing was chosen")
	}
	chosen, err := overrides.Read(simulated.Override{Stage: "harbors", Code: " ProxyRefused "})
	ok(t, err)
	if chosen.Trouble("harbors") != "ProxyRefused" || chosen.Trouble("sign-in") != "" || chosen.Now().Code != "ProxyRefused" {
		t.Errorf("%+v", chosen)
	}
}
