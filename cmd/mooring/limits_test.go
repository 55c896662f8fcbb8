package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/credential"
	"mooring/db/dbtest"
	"mooring/secret"
)

// What the operator says reaches what counts.
func TestTheLimitsOfAnAccountAreThoseOfTheSettings(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	h := build(parts{database: dbtest.New(t), ring: secret.NewRing(), clouds: cloud.Registry{azure.Key: azure.New(azure.Options{Now: time.Now, NewID: randomID, Log: log,
		Environments: azure.Environments()})}, policy: account.Policy{Passwords: true}, now: time.Now, newID: randomID, newKey: certificate.RandomKey, log: log,
		limits: limits{credentials: 1, checks: 1}})
	ctx, stop := context.WithCancel(t.Context())
	h.fillPool(ctx)
	defer h.group.Wait()
	defer stop()
	olivia, err := h.accounts.Add(ctx, account.Newcomer{Email: "olivia@example.com", Name: "Olivia", Password: "tide at half past four"}, false, nil, audit.BySystem())
	if err != nil {
		t.Fatal(err)
	}
	own := olivia.Joins[0].Account
	r := credential.Request{AccountID: own.ID, AccountName: own.Name, Actor: audit.Actor{PersonID: olivia.Person.ID, Name: olivia.Person.Email}}
	link := func(last string) (credential.Credential, error) {
		return h.credentials.Link(ctx, r, azure.Key, &cloud.Form{Label: last, Environment: "public", Method: azure.MethodApp, Values: map[string]string{"subscription_id": "aaaaaaaa-0000-4000-8000-00000000000" + last, "tenant_id": "bbbbbbbb-0000-4000-8000-000000000001", "client_id": "cccccccc-0000-4000-8000-000000000001"}}, false)
	}
	linked, err := link("1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := link("2"); !errors.Is(err, credential.ErrTooManyCredentials) {
		t.Errorf("one more: %v", err)
	}
	if _, err := h.credentials.Verify(ctx, r, linked.ID); err != nil {
		t.Errorf("a check: %v", err)
	}
	if _, err := h.credentials.Verify(ctx, r, linked.ID); !errors.Is(err, credential.ErrTooManyChecks) {
		t.Errorf("one more check: %v", err)
	}
}
