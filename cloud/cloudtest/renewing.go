package cloudtest

import (
	"context"
	"crypto/x509"
	"strconv"
	"sync"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
)

// The methods of Renewing.
const (
	MethodPass  = "pass"  // the harbor trusts certificates of a captain, Needs cloud.Leaf
	MethodGuild = "guild" // the harbor trusts an authority, Needs cloud.Chain
)

// Renewing is Fake Harbor with captains: berths are linked by certificates, which it
// really keeps, lets in and refuses, and which can be renewed.
type Renewing struct {
	Fake
	now func() time.Time

	mu       sync.Mutex
	captains map[string]map[string]pass // by captain and SHA-256
	issued   int
	used     []Use

	// How it behaves; set under Do.
	Copying  time.Duration // from an introduction until it counts
	Away     bool          // it gives no answer
	Refuses  bool          // a policy of the harbor lets nobody renew
	Loses    bool          // introductions and removals work, but their answers get lost
	SaysNoID bool          // introductions are not told the ID
	Asked    int           // introductions and removals
}

// pass is a certificate that the harbor trusts.
type pass struct {
	id   string
	from time.Time
}

// Use is one time that somebody was let in.
type Use struct {
	At      time.Time
	Captain string
	SHA1    string
}

var _ cloud.Renewer = (*Renewing)(nil)

// NewRenewing makes one whose clock is now.
func NewRenewing(now func() time.Time) *Renewing {
	return &Renewing{now: now, captains: map[string]map[string]pass{}}
}

// Do changes how the harbor behaves.
func (r *Renewing) Do(change func(r *Renewing)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// Trust has the harbor trust a certificate of a captain, as somebody does who follows the
// page, and says what it calls it.
func (r *Renewing) Trust(captain string, c certificate.Certificate) (id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trust(captain, c, r.now())
}

func (r *Renewing) trust(captain string, c certificate.Certificate, from time.Time) string {
	if r.captains[captain] == nil {
		r.captains[captain] = map[string]pass{}
	}
	if known, ok := r.captains[captain][c.SHA256()]; ok {
		return known.id
	}
	r.issued++
	made := pass{id: "pass-" + strconv.Itoa(r.issued), from: from}
	r.captains[captain][c.SHA256()] = made
	return made.id
}

// Trusted counts the certificates of a captain that the harbor trusts.
func (r *Renewing) Trusted(captain string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.captains[captain])
}

// Trusts reports whether the harbor trusts a certificate of a captain.
func (r *Renewing) Trusts(captain string, c certificate.Certificate) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.captains[captain][c.SHA256()]
	return ok
}

// Describe implements cloud.Cloud.
func (r *Renewing) Describe() cloud.Description {
	d := r.Fake.Describe()
	stages := []cloud.Stage{{Key: "open", Name: "Look at the berth", SignsIn: true}, {Key: "berth", Name: "Look into the berth"}}
	berth := cloud.Field{Key: "berth", Label: "Berth", Fills: cloud.Account}
	captain := cloud.Field{Key: "captain", Label: "Captain", Fills: cloud.Principal}
	d.Methods = []cloud.Method{
		{Key: MethodPass, Name: "Pass", When: "The harbor trusts a certificate.", Needs: cloud.Leaf, AccountField: "berth", ParentField: "berth", Stages: stages,
			Fields: []cloud.Field{berth, captain, {Key: "register", Label: "Register", Optional: true, ForRenewal: true},
				{Key: "pass", Label: "Pass ID", Optional: true, ForRenewal: true, RemoteID: true}}},
		{Key: MethodGuild, Name: "Guild", When: "The harbor trusts an authority.", Needs: cloud.Chain, AccountField: "berth", ParentField: "berth", Stages: stages,
			Fields: []cloud.Field{berth, captain}},
	}
	return d
}

// Read implements cloud.Cloud.
func (r *Renewing) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	target := cloud.Target{Account: form.Values["berth"], SignIn: cloud.SignIn{Method: form.Method, Principal: form.Values["captain"], Values: map[string]string{}}}
	for _, key := range []string{"register", "pass"} {
		if value := form.Values[key]; value != "" && form.Method == MethodPass {
			target.SignIn.Values[key] = value
		}
	}
	return target, nil
}

// Check implements cloud.Cloud: it lets in certificates that it trusts, while they are
// valid.
func (r *Renewing) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if err := context.Cause(ctx); err != nil {
		return cloud.Finding{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	result := cloud.StageResult{Stage: "open", Verdict: cloud.OK, StartedAt: r.now()}
	captain := attempt.Target.SignIn.Principal
	switch signing := attempt.Identity.Certificate; {
	case r.Away:
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
	case !r.lets(captain, attempt):
		result.Verdict, result.Code = cloud.Failed, "Unknown"
	case r.now().After(signing.NotAfter) || r.now().Before(signing.NotBefore):
		result.Verdict, result.Code = cloud.Failed, "Expired"
	default:
		r.used = append(r.used, Use{At: r.now(), Captain: captain, SHA1: signing.SHA1()})
	}
	report(result)
	if result.Verdict != cloud.OK {
		return cloud.Finding{}, nil
	}
	inside := cloud.StageResult{Stage: "berth", Verdict: cloud.OK, StartedAt: r.now()}
	if attempt.Target.Account == SunkenBerth {
		inside.Verdict, inside.Code = cloud.Failed, "Sunken"
	}
	report(inside)
	return cloud.Finding{AccountName: "Berth " + attempt.Target.Account, Stranger: cloud.StrangerRefused}, nil
}

// lets reports whether the harbor knows who signs: by the certificate, or by the
// authority that issued it.
func (r *Renewing) lets(captain string, attempt cloud.Attempt) bool {
	known := attempt.Identity.Certificate
	if chain := attempt.Identity.TLS().Certificate; attempt.Target.SignIn.Method == MethodGuild {
		if len(chain) < 2 {
			return false
		}
		if issuer, err := x509.ParseCertificate(chain[1]); err != nil || r.now().After(issuer.NotAfter) {
			return false
		}
		known = certificate.Certificate{DER: chain[1]}
	}
	trusted, ok := r.captains[captain][known.SHA256()]
	return ok && !r.now().Before(trusted.from)
}

// Uses lists when the harbor let somebody in.
func (r *Renewing) Uses() []Use {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Use(nil), r.used...)
}

// CanRenew implements cloud.Renewer.
func (*Renewing) CanRenew(target cloud.Target) bool {
	return target.SignIn.Method == MethodPass && target.SignIn.Values["register"] != ""
}

// Introduce implements cloud.Renewer.
func (r *Renewing) Introduce(_ context.Context, n cloud.Renewal) (remoteID string, result cloud.StageResult, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if result = r.asked(cloud.StageIntroduce, n); result.Verdict != cloud.OK {
		return "", result, nil
	}
	remoteID = r.trust(n.Target.SignIn.Principal, n.Other, r.now().Add(r.Copying))
	if r.SaysNoID {
		remoteID = ""
	}
	if r.Loses {
		remoteID, result.Verdict, result.Code = "", cloud.CannotTell, "NoAnswer"
	}
	return remoteID, result, nil
}

// Remove implements cloud.Renewer.
func (r *Renewing) Remove(_ context.Context, n cloud.Renewal) (result cloud.StageResult, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if result = r.asked(cloud.StageRemove, n); result.Verdict != cloud.OK {
		return result, nil
	}
	for sha256, known := range r.captains[n.Target.SignIn.Principal] {
		if known.id == n.RemoteID {
			delete(r.captains[n.Target.SignIn.Principal], sha256)
		}
	}
	if r.Loses {
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
	}
	return result, nil
}

// asked answers as far as it doesn't matter what for.
func (r *Renewing) asked(stage string, n cloud.Renewal) cloud.StageResult {
	r.Asked++
	result := cloud.StageResult{Stage: stage, Verdict: cloud.OK, StartedAt: r.now()}
	known, ok := r.captains[n.Target.SignIn.Principal][n.Identity.Certificate.SHA256()]
	switch {
	case r.Away:
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
	case r.Refuses:
		result.Verdict, result.Code = cloud.Failed, "Policy"
	case !ok || r.now().Before(known.from) || r.now().After(n.Identity.Certificate.NotAfter):
		result.Verdict, result.Code = cloud.Failed, "Unknown"
	}
	return result
}

// Removal implements cloud.Renewer.
func (*Renewing) Removal(n cloud.Renewal) []cloud.Command {
	return []cloud.Command{{Title: "Strike the pass", Text: "harbor strike " + n.Target.SignIn.Principal}}
}
