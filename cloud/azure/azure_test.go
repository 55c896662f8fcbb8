package azure_test

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/cloud/azure/azuresim"
	"mooring/cloud/cloudtest"
	"mooring/fault"
)

// simulated gives an Azure whose every endpoint is the simulator's.
func simulated(t *testing.T) (*azure.Azure, *azuresim.Simulator) {
	t.Helper()
	options, simulator := simulatedOptions(t)
	return azure.New(options), simulator
}

// simulatedOptions are what makes such an Azure.
func simulatedOptions(t *testing.T) (azure.Options, *azuresim.Simulator) {
	t.Helper()
	simulator, err := azuresim.Start(azuresim.Options{Now: cloudtest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := simulator.Close(); err != nil {
			t.Error(err)
		}
	})
	environments := azure.Environments()
	for i := range environments {
		e, endpoints := &environments[i], simulator.Endpoints(environments[i].Key)
		e.Authority, e.ResourceManager, e.Classic, e.Graph = endpoints.Authority, endpoints.ResourceManager, endpoints.Classic, endpoints.Graph
		if e.GraphAudience != endpoints.GraphAudience {
			t.Fatalf("%s: Graph's audience %q, and the simulator's %q", e.Key, e.GraphAudience, endpoints.GraphAudience)
		}
		if e.Audience != endpoints.Audience {
			t.Fatalf("%s: audience %q, and the simulator's %q", e.Key, e.Audience, endpoints.Audience)
		}
	}
	return azure.Options{Environments: environments, Roots: simulator.CA(), Now: cloudtest.Clock, NewID: rand.Text, Trouble: simulator.Trouble}, simulator
}

func trusting(t *testing.T, simulator *azuresim.Simulator) *certificate.Identity {
	t.Helper()
	identity := cloudtest.Identity(t, cloudtest.Clock)
	if err := simulator.Trust(identity.Certificate.DER); err != nil {
		t.Fatal(err)
	}
	return identity
}

// scripted finds a subscription of the demo by its name.
func scripted(t *testing.T, name string) azuresim.Scripted {
	t.Helper()
	script := azuresim.Script()
	i := slices.IndexFunc(script, func(s azuresim.Scripted) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("the script has no %q", name)
	}
	return script[i]
}

func targetOf(s azuresim.Scripted) cloud.Target {
	target := cloud.Target{Environment: s.Environment, Account: s.SubscriptionID, SignIn: cloud.SignIn{Method: azure.MethodApp, Principal: s.ClientID}}
	if strings.HasPrefix(s.Outcome, "Classic method") {
		target.SignIn.Method, target.SignIn.Principal = azure.MethodClassic, ""
	}
	return target
}

func TestAzureKeepsTheContract(t *testing.T) {
	linked, simulator := simulated(t)
	identity := trusting(t, simulator)
	attempt := func(name string) cloud.Attempt {
		return cloud.Attempt{Target: targetOf(scripted(t, name)), Identity: identity}
	}
	cloudtest.Run(t, cloudtest.Subject{
		Cloud: linked, Working: attempt("Dry Dock"), Broken: attempt("Customs"), Silent: attempt("Fogbound"),
	})
}

// verdict is what a subscription of the script leads to: the outcome, and the
// stage that says why with its code.
type verdict struct {
	outcome     cloud.Outcome
	stage, code string
}

// verdicts holds one line for every subscription in the script that is linked
// minutes ago. Those that Azure may still be copying wait.
var verdicts = map[string]verdict{
	"Tide Tables":      {cloud.Passed, "", ""},
	"Dry Dock":         {cloud.Passed, "", ""},
	"Harbor Master":    {cloud.Passed, "", ""},
	"New Pier":         {cloud.Passed, "providers", "MissingSubscriptionRegistration"},
	"Old Charts":       {cloud.Passed, "", ""},
	"Sealed Log":       {cloud.Passed, "rights", "AuthorizationFailed"},
	"Lost Buoy":        {cloud.Broken, "directory", "SubscriptionNotFound"},
	"Sunken Directory": {cloud.Broken, "directory", "AADSTS90002"},
	"Ghost Ship":       {cloud.StillCopying, "sign-in", "AADSTS700016"},
	"Fresh Paint":      {cloud.StillCopying, "sign-in", "AADSTS700016"},
	"Locked Gate":      {cloud.StillCopying, "subscription", "AuthorizationFailed"},
	"Opening Gate":     {cloud.StillCopying, "subscription", "AuthorizationFailed"},
	"Empty Key Board":  {cloud.StillCopying, "sign-in", "AADSTS700027"},
	"Key in the Post":  {cloud.StillCopying, "sign-in", "AADSTS700027"},
	"Rusty Key":        {cloud.Broken, "sign-in", "AADSTS700027"},
	"Slow Clock":       {cloud.Broken, "sign-in", "AADSTS700024"},
	"Laid-up Boat":     {cloud.Broken, "sign-in", "AADSTS7000112"},
	"Missing Crew":     {cloud.StillCopying, "sign-in", "AADSTS7000229"},
	"Customs":          {cloud.Broken, "sign-in", "AADSTS53003"},
	"Changed Flag":     {cloud.Broken, "subscription", "InvalidAuthenticationTokenTenant"},
	"Chained Quay":     {cloud.Broken, "state", "SubscriptionDisabled"},
	"Storm Warning":    {cloud.Passed, "", ""},
	"Unpaid Berth":     {cloud.Passed, "", ""},
	"Scrapped Hull":    {cloud.Broken, "state", "SubscriptionDeleted"},
	"Fogbound":         {cloud.CouldNotCheck, "directory", "ServiceUnavailable"},
	"Closed Gatehouse": {cloud.CouldNotCheck, "directory", "AADSTS90033"},
	"Crowded Channel":  {cloud.CouldNotCheck, "subscription", "TooManyRequests"},
	"Wrong Signal":     {cloud.CouldNotCheck, "subscription", "UnexpectedAnswer"},
	"Dead Calm":        {cloud.CouldNotCheck, "subscription", "TimedOut"},
	"Strange Flag":     {cloud.Broken, "sign-in", "AADSTS999999"},
	"Strange Signal":   {cloud.Broken, "subscription", "TideTableMismatch"},
	"Evening Fog":      {cloud.Passed, "", ""},
	"Potomac":          {cloud.Passed, "", ""},
	"Pearl River":      {cloud.Passed, "", ""},
	"False Beacon":     {cloud.Broken, "subscription", "OtherSubscription"},
	"Foreign Waters":   {cloud.Broken, "sign-in", "AADSTS900382"},
	"Old Lock":         {cloud.Broken, "subscription", "ForbiddenError"},
	"Retired Tug":      {cloud.Broken, "subscription", "SubscriptionDisabled"},
	"Busy Lock":        {cloud.CouldNotCheck, "subscription", "ServerBusy"},
	"Engine Room":      {cloud.Passed, "providers", "AuthorizationFailed"},
}

func TestEveryVerdictAUserCanMeet(t *testing.T) {
	linked, simulator := simulated(t)
	identity := trusting(t, simulator)
	for _, s := range azuresim.Script() {
		if s.ClientID == "" && !strings.HasPrefix(s.Outcome, "Classic method") {
			continue // the working one needs steps of its own; see TestTheWholeWay
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			want, ok := verdicts[s.Name]
			if !ok {
				t.Fatal("the table has no line for it")
			}
			got, results := verifyOnce(t, linked, cloud.Attempt{Target: targetOf(s), Identity: identity, Fresh: true})
			if got != want {
				t.Errorf("got %+v, want %+v: %+v", got, want, results)
			}
			for _, r := range results {
				for _, forbidden := range []string{"@", "Bearer", "eyJ"} {
					if strings.Contains(r.Said, forbidden) {
						t.Errorf("stage %s says %q", r.Stage, r.Said)
					}
				}
			}
			if want.outcome == cloud.StillCopying && !strings.Contains(s.Outcome, "two") {
				if got, _ := verifyOnce(t, linked, cloud.Attempt{Target: targetOf(s), Identity: identity}); got.outcome != cloud.Broken {
					t.Errorf("when it is not fresh any more: %+v", got)
				}
			}
		})
	}
}

func TestWhatIsOwedIsAWarning(t *testing.T) {
	linked, simulator := simulated(t)
	identity := trusting(t, simulator)
	for name, want := range map[string][]cloud.Warning{
		"Dry Dock": nil, "Storm Warning": {cloud.PaymentWarned}, "Unpaid Berth": {cloud.PaymentPastDue}, "Chained Quay": nil,
	} {
		finding, err := linked.Check(t.Context(), cloud.Attempt{Target: targetOf(scripted(t, name)), Identity: identity}, func(cloud.StageResult) {})
		if err != nil || !slices.Equal(finding.Warnings, want) {
			t.Errorf("%s: %v, %v", name, finding.Warnings, err)
		}
	}
}

func verifyOnce(t *testing.T, c cloud.Cloud, attempt cloud.Attempt) (verdict, []cloud.StageResult) {
	t.Helper()
	var results []cloud.StageResult
	if _, err := c.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) }); err != nil {
		t.Fatal(err)
	}
	method, _ := c.Describe().Method(attempt.Target.SignIn.Method)
	got := verdict{outcome: cloud.Conclude(method.Stages, results)}
	for _, r := range results {
		if r.Verdict != cloud.OK && got.stage == "" {
			got.stage, got.code = r.Stage, r.Code
		}
	}
	return got, results
}

// TestTheWholeWay does what a person does in the portal, step by step, and
// sees each missing step named.
func TestTheWholeWay(t *testing.T) {
	linked, simulator := simulated(t)
	identity := cloudtest.Identity(t, cloudtest.Clock)
	s := azuresim.Script()[0]
	attempt := cloud.Attempt{Identity: identity, Target: cloud.Target{Environment: "public",
		Account: s.SubscriptionID, SignIn: cloud.SignIn{Method: azure.MethodApp, Principal: "cccccccc-0000-4000-8000-00000000000c"}}}
	expect := func(step string, want verdict) {
		t.Helper()
		if got, results := verifyOnce(t, linked, attempt); got != want {
			t.Fatalf("%s: got %+v, want %+v: %+v", step, got, want, results)
		}
	}
	expect("nothing done", verdict{cloud.Broken, "sign-in", "AADSTS700016"})
	clientID, err := simulator.RegisterApp(s.TenantID, "mooring")
	if err != nil {
		t.Fatal(err)
	}
	attempt.Target.SignIn.Principal = clientID
	expect("registered", verdict{cloud.Broken, "sign-in", "AADSTS700027"})
	if err := simulator.UploadCertificate(clientID, cloudtest.OtherIdentity(t, cloudtest.Clock).Certificate.DER); err != nil {
		t.Fatal(err)
	}
	expect("uploaded another account's certificate", verdict{cloud.Broken, "sign-in", "AADSTS700027"})
	if err := simulator.UploadCertificate(clientID, identity.Certificate.DER); err != nil {
		t.Fatal(err)
	}
	expect("uploaded", verdict{cloud.Broken, "subscription", "AuthorizationFailed"})
	if err := simulator.AssignRole(clientID, s.SubscriptionID, "Reader"); err != nil {
		t.Fatal(err)
	}
	expect("role assigned", verdict{cloud.Passed, "", ""})
	simulator.RemoveCertificates(clientID)
	expect("certificate removed again: no token outlives it", verdict{cloud.Broken, "sign-in", "AADSTS700027"})

	attempt.Target = cloud.Target{Environment: "public", Account: s.SubscriptionID, SignIn: cloud.SignIn{Method: azure.MethodClassic}}
	expect("classic, not uploaded", verdict{cloud.Broken, "subscription", "ForbiddenError"})
	if err := simulator.UploadManagementCertificate(s.SubscriptionID, identity.Certificate.DER); err != nil {
		t.Fatal(err)
	}
	expect("classic, uploaded", verdict{cloud.Passed, "", ""})
}

func TestAnotherDirectoryThanTypedIsNamed(t *testing.T) {
	linked, simulator := simulated(t)
	target := targetOf(scripted(t, "Dry Dock"))
	target.Parent = scripted(t, "Tide Tables").TenantID
	got, results := verifyOnce(t, linked, cloud.Attempt{Target: target, Identity: trusting(t, simulator)})
	if want := (verdict{cloud.Broken, "directory", "DirectoryMismatch"}); got != want {
		t.Errorf("got %+v: %+v", got, results)
	}
	if right := scripted(t, "Dry Dock").TenantID; !strings.Contains(results[0].Said, right) {
		t.Errorf("it says %q, and not that it is %s", results[0].Said, right)
	}
}

func TestFindParentAsksOnceAndNotTooOften(t *testing.T) {
	linked, simulator := simulated(t)
	s := scripted(t, "Dry Dock")
	before := simulator.Requests()
	for range 5 {
		tenant, err := linked.FindParent(context.Background(), "public", s.SubscriptionID)
		if err != nil || tenant != s.TenantID {
			t.Fatalf("%q, %v", tenant, err)
		}
	}
	if asked := simulator.Requests() - before; asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	var wait sync.WaitGroup
	refused := make(chan error, 200)
	for i := range 200 {
		wait.Go(func() {
			id := "90000000-0000-4000-8000-" + strings.Repeat("0", 9) + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
			if _, err := linked.FindParent(context.Background(), "public", id); err == azure.ErrFindLater {
				refused <- err
			}
		})
	}
	wait.Wait()
	if len(refused) == 0 {
		t.Error("200 look-ups at once were all asked")
	}
	if _, err := linked.FindParent(context.Background(), "https://evil.example", s.SubscriptionID); err == nil {
		t.Error("a foreign environment was asked")
	}
}

// A look-up that Azure does not answer blames nobody's subscription ID.
func TestFindParentSaysThatAzureGaveNoAnswer(t *testing.T) {
	linked, simulator := simulated(t)
	id := scripted(t, "Dry Dock").SubscriptionID
	sentence := func() string {
		_, err := linked.FindParent(context.Background(), "public", id)
		if f := fault.Of(err); f.Kind == fault.Unavailable {
			return f.Sentence
		}
		t.Errorf("it is %v", err)
		return ""
	}
	simulator.SetOutage("public", true)
	if got, want := sentence(), "Azure answered that it is unavailable. Mooring looks up the directory again when you save."; got != want {
		t.Errorf("in an outage it says %q", got)
	}
	if err := simulator.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := sentence(), "Mooring couldn't reach Azure. Mooring looks up the directory again when you save."; got != want {
		t.Errorf("without a connection it says %q", got)
	}
}

func TestEvidenceOfWhatWorkedCanBeFoundAgain(t *testing.T) {
	linked, simulator := simulated(t)
	_, results := verifyOnce(t, linked, cloud.Attempt{Target: targetOf(scripted(t, "Dry Dock")), Identity: trusting(t, simulator)})
	for _, r := range results {
		if asked := r.Stage != "state" && r.Stage != "directory" && r.Stage != "sign-in"; asked && (r.TraceID == "" || r.CorrelationID == "") {
			t.Errorf("stage %s has the ids %q and %q", r.Stage, r.TraceID, r.CorrelationID)
		}
	}
}
