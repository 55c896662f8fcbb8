package views

import (
	"context"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/renewal"
)

// renewingCloud is a described cloud whose certificates can be renewed.
type renewingCloud struct{ describedCloud }

// Describe implements cloud.Cloud.
func (c renewingCloud) Describe() cloud.Description {
	d := sampleCheckedCloud()
	d.Methods[0].Needs = cloud.Leaf
	d.Methods[0].Fields = append(append([]cloud.Field{}, d.Methods[0].Fields...),
		cloud.Field{Key: "object_id", Label: "Object ID", Optional: true, ForRenewal: true},
		cloud.Field{Key: "key_id", Label: "Certificate ID", Optional: true, ForRenewal: true, RemoteID: true})
	return d
}

// Facts implements cloud.Cloud.
func (c renewingCloud) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(c.Describe(), target)
}

// CanRenew implements cloud.Renewer.
func (renewingCloud) CanRenew(t cloud.Target) bool { return t.SignIn.Values["object_id"] != "" }

// Introduce implements cloud.Renewer.
func (renewingCloud) Introduce(context.Context, cloud.Renewal) (string, cloud.StageResult, error) {
	return "", cloud.StageResult{}, nil
}

// Remove implements cloud.Renewer.
func (renewingCloud) Remove(context.Context, cloud.Renewal) (cloud.StageResult, error) {
	return cloud.StageResult{}, nil
}

// Removal implements cloud.Renewer.
func (renewingCloud) Removal(cloud.Renewal) []cloud.Command {
	return []cloud.Command{{Title: "Delete the certificate of the application", Text: "az ad app credential delete --id " + sampleClient + " --cert --key-id KEY"}}
}

// sampleRenewed is a link that Mooring can renew, with the reader of its page.
func sampleRenewed() LinkReader {
	r := LinkReader{Reader: sampleReader, Link: sampleLink(), Account: "harbor", Role: account.Owner, Owners: []string{"Ada Byron"}}
	r.Clouds = cloud.Registry{"azure": renewingCloud{}}
	r.Link.CertificateBegins = sampleEndsOn.AddDate(-1, 0, 0)
	r.Link.Target.SignIn.Values = map[string]string{"object_id": "e6a1c3b2-0d4f-4a57-9b1e-2c5d7f8a9b0c", "key_id": "0f9e8d7c-6b5a-4938-a2b1-c0d1e2f3a4b5"}
	return r
}

// sampleRenewal is a renewal of that link in a step.
func sampleRenewal(step renewal.Step) renewal.Renewal {
	link := sampleRenewed().Link
	return renewal.Renewal{ID: "ren_1", SignIn: renewal.SignInOf(link), Target: link.Target, SuccessorID: "crt_2", Step: step,
		SHA1: link.CertificateSHA1, NotAfter: sampleEndsOn, SuccessorSHA1: "1B2C3D4E5F60718293A4B5C6D7E8F9001A2B3C4D",
		BeganAt: ago(2 * time.Hour), NextAt: ago(-20 * time.Minute)}
}

// sampleRenewalPages are the page of that link in each state of its certificate.
func sampleRenewalPages() map[string]Credential {
	pages := map[string]Credential{}
	page := func(name string, change func(r *LinkReader, record *CredentialRecord)) {
		r, record := sampleRenewed(), CredentialRecord{Runs: sampleRuns(1), CanRenew: true, Certificates: []certificate.Certificate{{ID: "crt_1", AccountID: "acc_1", NotBefore: sampleEndsOn.AddDate(-1, 0, 0), NotAfter: sampleEndsOn}}}
		change(&r, &record)
		pages[name] = r.Credential(sampleFrame("Production"), record)
	}
	page("planned", func(*LinkReader, *CredentialRecord) {})
	page("impossible", func(r *LinkReader, record *CredentialRecord) {
		r.Link.Target.SignIn.Values, record.CanRenew = nil, false
	})
	page("introducing", func(_ *LinkReader, record *CredentialRecord) {
		record.Renewals = []renewal.Renewal{sampleRenewal(renewal.Introduce)}
	})
	page("failing", func(_ *LinkReader, record *CredentialRecord) {
		failing := sampleRenewal(renewal.Try)
		failing.Trouble = cloud.StageResult{Stage: "sign-in", Verdict: cloud.Failed, Code: "AADSTS700027", Said: "The certificate isn't registered on the application."}
		failing.FailingSince = ago(time.Hour)
		record.Renewals = []renewal.Renewal{failing}
	})
	page("by-hand", func(r *LinkReader, record *CredentialRecord) {
		byHand := sampleRenewal(renewal.ByHand)
		byHand.Trouble = cloud.StageResult{Stage: cloud.StageIntroduce, Verdict: cloud.Failed, Code: "AADSTS700027", Said: "A policy refuses the certificate."}
		record.Renewals = []renewal.Renewal{byHand}
	})
	page("renewed", func(r *LinkReader, record *CredentialRecord) {
		kept, done := sampleRenewal(renewal.Keep), sampleRenewal(renewal.Done)
		kept.CertificateID, kept.SuccessorID, kept.SwitchedAt, kept.NextAt, kept.AskedBy = "crt_0", r.Link.CertificateID, ago(sampleDay), ago(-13*sampleDay), "per_1"
		done.SwitchedAt, done.EndedAt, done.BeganAt, done.NextAt = ago(200*sampleDay), ago(186*sampleDay), ago(200*sampleDay), time.Time{}
		done.Destroyed, done.NotAfter = true, ago(-165*sampleDay)
		record.Renewals = []renewal.Renewal{kept, done} // what the cloud calls the second one isn't known
	})
	page("copy", func(_ *LinkReader, record *CredentialRecord) { record.Paused = true })
	return pages
}
