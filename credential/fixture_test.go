package credential_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

const acme, evil = "account-acme", "account-evil"

// world is a database with the accounts acme and evil, a cloud that does what
// the test tells it, and the service between them.
type world struct {
	*db.DB
	*credential.Service
	t      testing.TB
	cloud  *fakeCloud
	signer *signer
	now    func() time.Time
	newID  func() string
	log    *troubleLog
}

// newWorld is a world in which time stands still.
func newWorld(t testing.TB, dependents ...credential.Dependents) world {
	return worldAt(t, func() time.Time { return morning }, dependents...)
}

// live runs a test in a world whose time passes as fast as nothing happens.
func live(t *testing.T, test func(t *testing.T, w world)) {
	synctest.Test(t, func(t *testing.T) { test(t, worldAt(t, time.Now)) })
}

func worldAt(t testing.TB, now func() time.Time, dependents ...credential.Dependents) world {
	t.Helper()
	w := world{DB: dbtest.New(t), t: t, cloud: &fakeCloud{answer: passes}, now: now, newID: counter("id-"), log: &troubleLog{}}
	w.signer = &signer{store: w.Certificates()}
	for name, id := range map[string]string{"acme": acme, "evil": evil} {
		w.join(name, id)
	}
	w.Service = w.service(w.Credentials(), dependents...)
	return w
}

// service makes another service on the same database: a restart.
func (w world) service(store credential.Store, dependents ...credential.Dependents) *credential.Service {
	return credential.NewService(store, cloud.Registry{"azure": w.cloud}, w.signer, dependents, w.now, w.newID, slog.New(w.log))
}

// troubleLog counts what was logged. An operator is woken only by trouble.
type troubleLog struct {
	mu       sync.Mutex
	messages []string
}

func (l *troubleLog) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages = append(l.messages, r.Message)
	return nil
}

func (l *troubleLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *troubleLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *troubleLog) WithGroup(string) slog.Handler            { return l }

// quiet checks that nothing was logged.
func (w world) quiet() {
	w.t.Helper()
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	if len(w.log.messages) > 0 {
		w.t.Errorf("the log says %q", w.log.messages)
	}
}

func counter(prefix string) func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("%s%03d", prefix, n.Add(1)) }
}

func (w world) join(name, id string) {
	w.t.Helper()
	owned := account.Account{ID: id, Name: name, Kind: account.Organization, CreatedAt: w.now()}
	person := account.Person{ID: "person-" + name, Email: "owner@" + name + ".example", Name: "Owner of " + name,
		Theme: account.System, DefaultAccountID: id, CreatedAt: w.now()}
	entry := audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}
	w.ok(w.Accounts().AddPerson(w.t.Context(), account.NewPerson{Person: person, Password: "none",
		Joins: []account.Membership{{Account: owned, Role: account.Owner}}}, entry))
	w.certify(id, 1)
}

// certify gives an account a new active certificate.
func (w world) certify(accountID string, number int) {
	w.t.Helper()
	w.ok(w.Certificates().Activate(w.t.Context(), certificate.Sealed{Certificate: certificate.Certificate{
		ID: fmt.Sprint(accountID, "-certificate-", number), AccountID: accountID, DER: fmt.Append(nil, accountID, number),
		NotBefore: w.now(), NotAfter: w.now().Add(certificate.Life), CreatedAt: w.now()}, Key: []byte("sealed")},
		audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.MakeCertificate, Result: audit.Done}))
}

func (w world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) want(err, sentinel error) {
	w.t.Helper()
	if !errors.Is(err, sentinel) {
		w.t.Errorf("got %v, want %v", err, sentinel)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	equal := got == want
	if moment, ok := any(got).(time.Time); ok {
		equal = moment.Equal(any(want).(time.Time)) // in whatever zone
	}
	if !equal {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

var (
	ofAcme = credential.Request{AccountID: acme, AccountName: "acme",
		Actor: audit.Actor{PersonID: "person-acme", Name: "owner@acme.example", Address: "192.0.2.1", RequestID: "r1"}}
	ofEvil = credential.Request{AccountID: evil, AccountName: "evil",
		Actor: audit.Actor{PersonID: "person-evil", Name: "owner@evil.example", Address: "192.0.2.2", RequestID: "r2"}}
)

func form(name string) *cloud.Form {
	return &cloud.Form{Label: name, Environment: "public", Method: "application", Values: map[string]string{"subscription_id": "subscription-" + name, "tenant_id": "tenant-" + name, "client_id": "client-" + name}}
}

// link links a subscription of acme and has it verified.
func (w world) link(name string) credential.Credential {
	w.t.Helper()
	c, err := w.Link(w.t.Context(), ofAcme, "azure", form(name), true)
	w.ok(err)
	return c
}

func (w world) find(c credential.Credential) credential.Credential {
	w.t.Helper()
	found, err := w.Find(w.t.Context(), c.AccountID, c.ID)
	w.ok(err)
	return found
}

// runs lists the verifications, the first one first.
func (w world) runs(c credential.Credential) []credential.Verification {
	w.t.Helper()
	runs, err := w.Credentials().Verifications(w.t.Context(), c.AccountID, c.ID, 1000)
	w.ok(err)
	for i, j := 0, len(runs)-1; i < j; i, j = i+1, j-1 {
		runs[i], runs[j] = runs[j], runs[i]
	}
	return runs
}

// audited lists what the audit log says about acme, the first entry first.
func (w world) audited() (actions []audit.Action) {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), acme, 1000)
	w.ok(err)
	for _, e := range entries {
		actions = append([]audit.Action{e.Action}, actions...)
	}
	return actions
}

// latest is the latest entry of the audit log about acme.
func (w world) latest() audit.Entry {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), acme, 1)
	w.ok(err)
	if len(entries) == 0 {
		return audit.Entry{}
	}
	return entries[0]
}

// logged compares the latest entry about acme, whatever it says has changed.
func (w world) logged(want audit.Entry) {
	w.t.Helper()
	sameEntry(w.t, w.latest(), want)
}

func sameEntry(t testing.TB, got, want audit.Entry) {
	t.Helper()
	got.Changes = want.Changes
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the audit entry is %+v, want %+v", got, want)
	}
}

// running runs the engine and gives a function that stops it and waits. The
// end of the test stops it too.
func (w world) running(s *credential.Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	s.Recover(ctx)
	group.Go(func() { s.Run(ctx) })
	stop = func() {
		cancel()
		group.Wait()
	}
	w.t.Cleanup(stop)
	return stop
}

// settle waits until everything that runs waits for time or for the test.
func settle() { synctest.Wait() }

// after lets time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// signer hands out certificates of the database, and identities that sign
// nothing.
type signer struct {
	credential.Certificates // for what these tests don't ask
	store                   certificate.Store
	broken                  atomic.Bool
}

func (s *signer) Active(ctx context.Context, accountID string) (certificate.Certificate, error) {
	return s.store.Active(ctx, accountID)
}

func (s *signer) Find(ctx context.Context, accountID, id string) (certificate.Certificate, error) {
	sealed, err := s.store.Sealed(ctx, accountID, id)
	return sealed.Certificate, err
}

func (s *signer) Identity(ctx context.Context, accountID, id string) (*certificate.Identity, error) {
	if s.broken.Load() {
		return nil, errors.New("the key ring is gone")
	}
	sealed, err := s.store.Sealed(ctx, accountID, id)
	return &certificate.Identity{Certificate: sealed.Certificate}, err
}

// fakeCloud is a cloud with two deciding stages and an advisory one.
type fakeCloud struct {
	mu      sync.Mutex
	answer  func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error)
	started []time.Time
	last    cloud.Attempt
	now     map[string]int // runs at this moment, by subscription
	most    int            // runs at once, ever
	doubled bool           // one subscription ran twice at once
}

func (f *fakeCloud) Describe() cloud.Description {
	return cloud.Description{Key: "azure", Name: "Microsoft Azure", ShortName: "Azure",
		Account:      cloud.Noun{One: "subscription", Many: "subscriptions", ID: "Subscription ID"},
		Parent:       cloud.Noun{One: "directory", Many: "directories", ID: "Directory (tenant) ID"},
		Environments: []cloud.Option{{Key: "public", Name: "Public"}},
		Methods: []cloud.Method{{Key: "application", Name: "Application", Needs: cloud.Leaf, AccountField: "subscription_id", ParentField: "tenant_id",
			Fields: []cloud.Field{
				{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account}, {Key: "client_id", Label: "Application (client) ID", Fills: cloud.Principal},
				{Key: "pasted", Label: "Command output", Kind: cloud.Paste}, {Key: "tenant_id", Label: "Directory (tenant) ID", Fills: cloud.Parent, Found: true},
			}, Stages: []cloud.Stage{
				{Key: "directory", Name: "Find the directory"}, {Key: "sign-in", Name: "Sign in"},
				{Key: "roles", Name: "Read the roles", Advisory: true},
			}}, {Key: "classic", Name: "Classic", Needs: cloud.Leaf, AccountField: "subscription_id", ParentField: "subscription_id",
			Fields: []cloud.Field{{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account}}}}}
}

func (f *fakeCloud) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	form.Values = maps.Clone(form.Values)
	delete(form.Values, "pasted")
	target := cloud.Target{Environment: form.Environment,
		Account: form.Values["subscription_id"], Parent: form.Values["tenant_id"], SignIn: cloud.SignIn{Method: form.Method, Principal: form.Values["client_id"]}}
	if form.Values["subscription_id"] == "" || form.Values["subscription_id"] == "no id" || form.Values["client_id"] == "not an id" {
		fields := fault.Fields{}
		if form.Values["subscription_id"] == "no id" {
			fields["subscription_id"] = "That is not a subscription ID."
		}
		if form.Values["subscription_id"] == "" {
			fields["subscription_id"] = "Enter the subscription ID."
		}
		if form.Values["client_id"] == "not an id" {
			fields["client_id"] = "That is not a client ID."
		}
		return target, fields
	}
	return target, nil
}

func (f *fakeCloud) ReadID(_ cloud.Part, typed string) (id, problem string) {
	if typed == "no id" {
		return "", "That is not a subscription ID."
	}
	return typed, ""
}

func (f *fakeCloud) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(f.Describe(), target)
}

func (f *fakeCloud) Check(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	f.mu.Lock()
	if f.now == nil {
		f.now = map[string]int{}
	}
	f.started = append(f.started, time.Now())
	f.last = a
	f.now[a.Target.Account]++
	f.doubled = f.doubled || f.now[a.Target.Account] > 1
	at := 0
	for _, n := range f.now {
		at += n
	}
	f.most = max(f.most, at)
	answer := f.answer
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.now[a.Target.Account]--
	}()
	return answer(ctx, a, report)
}

func (f *fakeCloud) answers(answer func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// asked gives how long after start it was asked each time.
func (f *fakeCloud) asked(start time.Time) (times []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, at := range f.started {
		times = append(times, at.Sub(start))
	}
	return times
}

// ranTwiceAtOnce tells whether one subscription ever did.
func (f *fakeCloud) ranTwiceAtOnce() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.doubled
}

func (f *fakeCloud) attempt() cloud.Attempt {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func (f *fakeCloud) Explain(r cloud.StageResult, _ cloud.Target) cloud.Explanation {
	return cloud.Explanation{Happened: fmt.Sprintf("%s ended as %s", r.Stage, r.Verdict)}
}
func (f *fakeCloud) Catalogue() []cloud.Explanation { return nil }
func (f *fakeCloud) Guide(cloud.Draft) cloud.Guide  { return cloud.Guide{} }
func (f *fakeCloud) Rights() []cloud.RightText {
	return []cloud.RightText{{Key: mayList, Granted: "It may list machines."}, {Key: mayGive, Granted: "It may give roles to others."}}
}
func (f *fakeCloud) Trust(cloud.Target) []cloud.Command     { return nil }
func (f *fakeCloud) Leftovers(cloud.Target) []cloud.Command { return nil }

func result(stage string, verdict cloud.Verdict) cloud.StageResult {
	return cloud.StageResult{Stage: stage, Verdict: verdict, Said: "as told"}
}

var found = cloud.Finding{AccountName: "Production", Parent: "tenant-found",
	Rights: []cloud.Right{{Key: mayList, Granted: true}}}

func passes(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	for _, stage := range []string{"directory", "sign-in", "roles"} {
		report(result(stage, cloud.OK))
	}
	return found, nil
}

// ends answers with this verdict at sign-in.
func ends(verdict cloud.Verdict) func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
	return func(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
		report(result("directory", cloud.OK))
		report(result("sign-in", verdict))
		return cloud.Finding{}, nil
	}
}

// copies is a cloud that has not copied a fresh change, as the contract has it.
func copies(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if a.Fresh {
		return ends(cloud.Waiting)(ctx, a, report)
	}
	return ends(cloud.Failed)(ctx, a, report)
}

// byHand is a cloud that reports a stage each time the test says so, and ends
// when the test closes the channel.
func byHand(next <-chan cloud.StageResult) func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
	return func(ctx context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
		for {
			select {
			case r, more := <-next:
				if !more {
					return found, nil
				}
				report(r)
			case <-ctx.Done():
				return cloud.Finding{}, ctx.Err()
			}
		}
	}
}
