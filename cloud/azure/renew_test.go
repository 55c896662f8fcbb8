package azure_test

import (
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/cloud/azure/azuresim"
	"mooring/cloud/cloudtest"
)

// renewing is a target whose certificate can be renewed, and that certificate.
func renewing(t *testing.T) (*azure.Azure, *azuresim.Simulator, cloud.Target, *certificate.Identity) {
	t.Helper()
	a, simulator := simulated(t)
	identity := trusting(t, simulator)
	s := scripted(t, "Tide Tables")
	target := targetOf(s)
	target.Parent = s.TenantID
	object, key := simulator.IDs(target.SignIn.Principal, identity.Certificate.DER)
	if object == "" || key == "" {
		t.Fatalf("the simulator knows %q and %q", object, key)
	}
	target.SignIn.Values = map[string]string{"object_id": object, "key_id": key}
	return a, simulator, target, identity
}

// signsIn reports whether an identity signs in.
func signsIn(t *testing.T, a *azure.Azure, target cloud.Target, identity *certificate.Identity) bool {
	t.Helper()
	var results []cloud.StageResult
	if _, err := a.Check(t.Context(), cloud.Attempt{Target: target, Identity: identity}, func(r cloud.StageResult) { results = append(results, r) }); err != nil {
		t.Fatal(err)
	}
	method, _ := a.Describe().Method(target.SignIn.Method)
	return cloud.SignedIn(method.Stages, results)
}

func TestAnApplicationRollsItsCertificate(t *testing.T) {
	for name, tells := range map[string]bool{"told the ID": true, "not told the ID": false} {
		t.Run(name, func(t *testing.T) {
			a, simulator, target, identity := renewing(t)
			simulator.TellKeyIDs(tells)
			next := cloudtest.Identity(t, cloudtest.Clock)
			if signsIn(t, a, target, next) {
				t.Fatal("the successor signs in before it was introduced")
			}
			var told string
			for range 2 { // again is no failure
				id, result, err := a.Introduce(t.Context(), cloud.Renewal{Target: target, Identity: identity, Other: next.Certificate})
				if err != nil || result.Verdict != cloud.OK || result.Stage != cloud.StageIntroduce {
					t.Fatalf("introducing it: %+v, %v", result, err)
				}
				told = id
			}
			_, known := simulator.IDs(target.SignIn.Principal, next.Certificate.DER)
			if tells != (told == known) || told == "" == tells {
				t.Errorf("the ID is told as %q, and is %q", told, known)
			}
			if !signsIn(t, a, target, identity) || !signsIn(t, a, target, next) {
				t.Error("not both sign in")
			}
			for range 2 {
				result, err := a.Remove(t.Context(), cloud.Renewal{Target: target, Identity: next, Other: identity.Certificate, RemoteID: target.SignIn.Values["key_id"]})
				if err != nil || result.Verdict != cloud.OK {
					t.Fatalf("removing the predecessor: %+v, %v", result, err)
				}
			}
			if signsIn(t, a, target, identity) || !signsIn(t, a, target, next) {
				t.Error("the predecessor signs in, or the successor doesn't")
			}
		})
	}
}

func TestWhatKeepsACertificateFromBeingRenewed(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*azuresim.Simulator, *cloud.Renewal)
		verdict cloud.Verdict
		code    string
	}{
		"a policy": {func(s *azuresim.Simulator, r *cloud.Renewal) {
			s.RefuseKeys(r.Target.SignIn.Principal, "CredentialInvalidLifetimeAsPerAppPolicy")
		}, cloud.Failed, "CredentialInvalidLifetimeAsPerAppPolicy"},
		"a policy on certificates": {func(s *azuresim.Simulator, r *cloud.Renewal) {
			s.RefuseKeys(r.Target.SignIn.Principal, "CredentialTypeNotAllowedAsPerAppPolicy")
		}, cloud.Failed, "CredentialTypeNotAllowedAsPerAppPolicy"},
		"a proof that can't be read": {func(s *azuresim.Simulator, r *cloud.Renewal) {
			s.RefuseKeys(r.Target.SignIn.Principal, "Authentication_MissingOrMalformed")
		}, cloud.Failed, "Authentication_MissingOrMalformed"},
		"another object": {func(_ *azuresim.Simulator, r *cloud.Renewal) {
			r.Target.SignIn.Values["object_id"] = "12345678-1234-4234-8234-123456789012"
		}, cloud.Failed, "Request_ResourceNotFound"},
		"the object of another application": {func(s *azuresim.Simulator, r *cloud.Renewal) {
			r.Target.SignIn.Values["object_id"], _ = s.IDs(scripted(t, "Dry Dock").ClientID, nil)
		}, cloud.Failed, "Authorization_RequestDenied"},
		"a certificate that Azure doesn't know": {func(s *azuresim.Simulator, r *cloud.Renewal) {
			s.RemoveCertificates(r.Target.SignIn.Principal)
		}, cloud.Failed, "AADSTS700027"},
		"an outage": {func(s *azuresim.Simulator, _ *cloud.Renewal) { s.SetOutage("public", true) }, cloud.CannotTell, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, simulator, target, identity := renewing(t)
			r := cloud.Renewal{Target: target, Identity: identity, Other: cloudtest.Identity(t, cloudtest.Clock).Certificate}
			c.change(simulator, &r)
			_, result, err := a.Introduce(t.Context(), r)
			if err != nil || result.Verdict != c.verdict || c.code != "" && result.Code != c.code {
				t.Fatalf("it ends with %+v, %v", result, err)
			}
			if explained := a.Explain(result, target); !explained.Known || explained.Fix == "" {
				t.Errorf("nobody explains %s: %+v", result.Code, explained)
			}
		})
	}
}

func TestWithoutAnObjectIDNothingIsRenewed(t *testing.T) {
	a, _, target, _ := renewing(t)
	if !a.CanRenew(target) {
		t.Error("it can't be renewed with the object ID")
	}
	target.SignIn.Values = nil
	if a.CanRenew(target) {
		t.Error("it can be renewed without the object ID")
	}
	if commands := a.Removal(cloud.Renewal{Target: target}); len(commands) != 2 {
		t.Errorf("without the certificate's ID the commands are %v", commands)
	}
}

func TestIDsForRenewalAreReadFromWhatIsPasted(t *testing.T) {
	const object, key, client, tenant = "e6a1c3b2-0d4f-4a57-9b1e-2c5d7f8a9b0c", "0f9e8d7c-6b5a-4938-a2b1-c0d1e2f3a4b5", "c0000001-0000-4000-8000-000000000001", "70000001-0000-4000-8000-000000000001"
	shown := `{"keyId": "` + key + `", "objectId": "` + object + `"}`
	created := `{"appId": "` + client + `", "password": null, "tenant": "` + tenant + `"}`
	for name, values := range map[string]map[string]string{
		"both outputs":        {"pasted": created + "\n" + shown},
		"the later one alone": {"client_id": client, "pasted": shown},
		"one field each":      {"client_id": client, "object_id": "Object ID: " + object, "key_id": shown},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := simulated(t)
			values["subscription_id"] = azuresim.Script()[0].SubscriptionID
			form := cloud.Form{Label: "Production", Environment: "public", Method: azure.MethodApp, Values: values}
			target, problems := a.Read(&form)
			if len(problems) > 0 || target.SignIn.Principal != client || target.SignIn.Values["object_id"] != object {
				t.Errorf("it reads %+v with %v", target, problems)
			}
			if name != "one field each" && form.Values["object_id"] != object {
				t.Errorf("the form shows %v", form.Values)
			}
			if target.SignIn.Values["key_id"] != key {
				t.Errorf("the certificate's ID is %q", target.SignIn.Values["key_id"])
			}
		})
	}
	a, _ := simulated(t)
	form := cloud.Form{Environment: "public", Method: azure.MethodApp, Values: map[string]string{"client_id": client, "object_id": client}}
	if _, problems := a.Read(&form); problems["object_id"] == "" {
		t.Error("the application ID is taken for an object ID")
	}
}
