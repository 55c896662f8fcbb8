package azure

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"

	"mooring/cloud"
)

const classicVersion = "2014-10-01" // what the last client of the time sent

// classicSubscription is the answer of Get Subscription, as far as we read it.
type classicSubscription struct {
	XMLName            xml.Name `xml:"Subscription"`
	SubscriptionID     string
	SubscriptionName   string
	SubscriptionStatus string
}

// classic verifies by mutual TLS against service management.
func (r *run) classic(ctx context.Context) {
	var subscription classicSubscription
	if !r.stage(ctx, stageSubscription, func(ctx context.Context) (string, error) {
		var err error
		if subscription, err = r.getClassic(ctx); err != nil {
			return "", err
		}
		if subscription.SubscriptionID != r.attempt.Target.Account {
			return "", refuse(codeOtherSubscription, "")
		}
		r.finding.AccountName = shortName(subscription.SubscriptionName)
		r.finding.Rights = []cloud.Right{{Key: rightClassic, Granted: true, Excessive: true}}
		return r.finding.AccountName, nil
	}) {
		return
	}
	r.stage(ctx, stageState, func(context.Context) (string, error) {
		if subscription.SubscriptionStatus != "Active" {
			return "", refuse(codeDisabled, "The subscription's state is "+subscription.SubscriptionStatus+".")
		}
		return "Active.", nil
	})
}

func (r *run) getClassic(ctx context.Context) (classicSubscription, error) {
	shown := r.attempt.Identity.TLS()
	client := r.azure.newClient(&shown)
	defer client.CloseIdleConnections() // they are signed in as this account
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		r.environment.Classic+"/"+r.attempt.Target.Account, nil)
	if err != nil {
		return classicSubscription{}, err
	}
	request.Header.Set("x-ms-version", classicVersion)
	request.Header.Set("Content-Type", "application/xml")
	answer, err := client.Do(request)
	if err != nil {
		return classicSubscription{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return classicSubscription{}, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body = io.NopCloser(bytes.NewReader(body))
		return classicSubscription{}, readRefusal(answer)
	}
	return readClassicSubscription(body)
}

func readClassicSubscription(body []byte) (classicSubscription, error) {
	var s classicSubscription
	if err := xml.Unmarshal(body, &s); err != nil {
		return s, &refusal{Codes: []string{codeUnexpectedAnswer}, cause: err}
	}
	if s.SubscriptionID == "" {
		return s, refuse(codeUnexpectedAnswer, "")
	}
	return s, nil
}
