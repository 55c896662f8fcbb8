package credential_test

import (
	"testing"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

func TestTheLogTellsWhatChangedFromWhatToWhat(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	linked := w.find(c)
	w.changed(audit.Change{Field: "Label", After: "one"}, audit.Change{Field: "Subscription ID", After: "subscription-one"},
		audit.Change{Field: "Application (client) ID", After: "client-one"}, audit.Change{Field: "Directory (tenant) ID", After: "tenant-one"},
		audit.Change{Field: "Method", After: "Application"}, audit.Change{Field: "Environment", After: "Public"},
		audit.Change{Field: "Certificate (SHA-1)", After: linked.CertificateSHA1}, audit.Change{Field: "Status", After: "Not checked"})

	c = w.decided(c, credential.Pass)
	w.certify(acme, 2)
	_, err := w.Edit(t.Context(), ofAcme, c.ID, form("two"), false)
	w.ok(err)
	w.changed(audit.Change{Field: "Label", Before: "one", After: "two"},
		audit.Change{Field: "Subscription ID", Before: "subscription-one", After: "subscription-two"},
		audit.Change{Field: "Application (client) ID", Before: "client-one", After: "client-two"},
		audit.Change{Field: "Directory (tenant) ID", Before: "tenant-one", After: "tenant-two"},
		audit.Change{Field: "Status", Before: "Connected", After: "Not checked"})

	_, err = w.Disable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	w.changed(audit.Change{Field: "Status", Before: "Not checked", After: "Disabled"})
	_, err = w.Enable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	w.changed(audit.Change{Field: "Status", Before: "Disabled", After: "Not checked"})
}

func TestACheckTellsOfAChangeOnlyWhenThereIsOne(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.changed(audit.Change{Field: "Directory (tenant) ID", Before: "tenant-one", After: "tenant-found"},
			audit.Change{Field: "Status", Before: "Not checked", After: "Connected"})
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the entry", w.latest().Action, audit.FinishVerification)
		w.changed()
	})
}

func TestARunThatDecidedNothingTellsOfNoChange(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		w.running(w.Service)
		c := w.link("one")
		settle()
		_, err := w.Disable(t.Context(), ofAcme, c.ID)
		w.ok(err)
		next <- result("sign-in", cloud.OK)
		close(next)
		settle()
		same(t, "the entry", w.latest().Action, audit.FinishVerification)
		w.changed()
	})
}
