package views

import (
	"github.com/a-h/templ"

	"mooring/account"
	"mooring/fault"
)

const (
	samplePasskeyAddress = "https://mooring.harbor.example/login"
	samplePasskeyHint    = "Passkeys work only at https://mooring.harbor.example."
	sampleKey            = "mooring_k3v9x0ab_Zk8sQ1xWm4Yt7Lb2Nc5Vr0Hp3Dg6Jf9Ks1Aq4Ue7Xw_0Lq2Zt"
	sampleLater          = "/accounts/harbor"
)

var (
	sampleNextWeek = sampleTime("in 7 days", "29 November 2026, 09:14:03 UTC", "2026-11-29T09:14:03Z")
	sampleQuarter  = sampleTime("in 90 days", "20 February 2027, 09:14:03 UTC", "2027-02-20T09:14:03Z")
	sampleOver     = sampleTime("2 days ago", "20 November 2026, 09:14:03 UTC", "2026-11-20T09:14:03Z")
)

var (
	sampleGitHub = SignInWith{Name: "GitHub", Glyph: "GH", Path: "/login/with/github"}
	sampleEntra  = SignInWith{Name: "Microsoft Entra", Glyph: "ME", Path: "/login/with/entra"}
	sampleOwn    = SignInWith{Name: "Harbor SSO", Glyph: "HS", Path: "/login/with/harbor"}
)

// samplesOfPeople are the pages about people and how they sign in.
func samplesOfPeople(add func(string, templ.Component)) {
	samplesOfSignIn(add)
	samplesOfNewcomers(add)
	samplesOfSettings(add)
	samplesOfOrganizations(add)
	samplesOfKeys(add)
	samplesOfAdministration(add)
}

func samplesOfSignIn(add func(string, templ.Component)) {
	every := SignIn{
		Frame: sampleStranger("Sign in"), Next: sampleProviders, Passwords: true, Passkeys: true,
		Providers: []SignInWith{sampleGitHub, sampleEntra, sampleOwn},
	}
	add("sign-in-every-way", SignInPage(every))
	signedOut := every
	signedOut.Next, signedOut.SignedOut = "/", &SignedOut{Provider: "Harbor SSO", Path: "/login/with/harbor/sign-out"}
	add("sign-in-signed-out", SignInPage(signedOut))
	passkeys := every
	passkeys.Passwords, passkeys.Providers = false, nil
	add("sign-in-passkey-only", SignInPage(passkeys))
	refused := every
	refused.Passwords = false
	refused.Problem = "That GitHub account is not linked to anybody here. Sign in another way, then link it under Security."
	add("sign-in-with-refused", SignInPage(refused))
	elsewhere := every
	elsewhere.Passkeys, elsewhere.PasskeyHint, elsewhere.PasskeyPath = false, samplePasskeyHint, samplePasskeyAddress
	add("sign-in-passkeys-elsewhere", SignInPage(elsewhere))
	nothing := elsewhere
	nothing.Passwords, nothing.Providers = false, nil
	add("sign-in-nothing-works", SignInPage(nothing))

	second := SecondStep{Frame: sampleHalf("Second step"), Next: sampleProviders, Passkeys: true}
	add("second-step", SecondStepPage(second))
	wrong := second
	wrong.Fields = fault.Fields{"code": "That recovery code doesn't work. Each code works only once. Check it, or try another one."}
	wrong.Problem = wrong.Fields["code"]
	add("second-step-wrong-code", SecondStepPage(wrong))
	away := second
	away.Passkeys, away.PasskeyHint = false, samplePasskeyHint
	add("second-step-elsewhere", SecondStepPage(away))
	failed := second
	failed.Problem = "That passkey didn't work. Try again, or choose another sign-in method."
	add("second-step-refused", SecondStepPage(failed))

	recovery := Recovery{Frame: sampleStranger("Use a recovery code")}
	add("recovery", RecoveryPage(recovery))
	forgotten := Forgotten{Frame: sampleStranger("Forgot your password?"), Action: "/login/forgotten-password", OtherWays: true}
	add("forgotten-ask-people", ForgottenPage(forgotten))
	forgotten.Mail = true
	add("forgotten", ForgottenPage(forgotten))
	faulty := forgotten
	faulty.Email, faulty.Problem, faulty.Fields = "ada", "Check the highlighted fields.", fault.Fields{"email": "Enter an e-mail address, such as ada@example.com."}
	add("forgotten-faults", ForgottenPage(faulty))
	forgotten.Sent, forgotten.OtherWays = true, false
	add("forgotten-sent", ForgottenPage(forgotten))
	reset := ResetPassword{Frame: sampleStranger("Set a new password"), Action: "/reset/9c2e", Email: "ada@harbor.example"}
	add("reset-password", ResetPasswordPage(reset))
	reset.Problem, reset.Fields = "Check the highlighted fields.", fault.Fields{"password": "Use at least 12 characters."}
	add("reset-password-faults", ResetPasswordPage(reset))
	newPassword := every
	newPassword.Next, newPassword.Done = "/", "Password changed. Sign in with the new password."
	add("sign-in-new-password", SignInPage(newPassword))
	recovery.Email = "ada@harbor.example"
	recovery.Fields = fault.Fields{"code": "That recovery code doesn't work. Each code works only once. Check it, or try another one."}
	recovery.Problem = recovery.Fields["code"]
	add("recovery-wrong-code", RecoveryPage(recovery))

	prove := Prove{
		Frame: sampleFrame("Confirm that it's you"), Next: samplePath + "/unlink",
		HasPassword: true, Passkeys: true, Providers: []SignInWith{sampleGitHub},
	}
	prove.Nav = nil
	add("prove", ProvePage(prove))
	refusedProof := prove
	refusedProof.Providers, refusedProof.Passkeys = nil, false
	refusedProof.Fields = fault.Fields{"password": "That isn't your password. Check it and try again."}
	add("prove-refused", ProvePage(refusedProof))
	passkeyProof := prove
	passkeyProof.HasPassword, passkeyProof.Providers = false, nil
	add("prove-passkey", ProvePage(passkeyProof))
	stuck := passkeyProof
	stuck.Passkeys = false
	add("prove-no-way", ProvePage(stuck))
}

// sampleHalf is the frame of a page for somebody who is half signed in.
func sampleHalf(title string) Frame {
	f := sampleStranger(title)
	f.Bare, f.Person = true, &Person{Name: "Ada Byron", Email: "ada@harbor.example"}
	return f
}

func samplesOfNewcomers(add func(string, templ.Component)) {
	setUp := SetUp{
		Frame: sampleStranger("Set up"), Action: "/setup/4f9a", QuestionPath: "/setup/4f9a/question",
		Passwords: true, Passkeys: true, Providers: []SignInWith{sampleGitHub},
	}
	add("set-up-every-way", SetUpPage(setUp))
	passkey := setUp
	passkey.Passwords, passkey.Providers = false, nil
	add("set-up-passkey-only", SetUpPage(passkey))

	join := Join{
		Frame: sampleStranger("Join harbor"), Organization: "harbor", Description: "Cloud of the harbor works, Bristol", Role: "Member", InvitedBy: "Ben Okafor",
		Expires: sampleNextWeek, SignInPath: "/login?next=/join/9c2e", Action: "/join/9c2e", QuestionPath: "/join/9c2e/question",
		Passwords: true, Passkeys: true, Providers: []SignInWith{sampleGitHub, sampleOwn},
	}
	add("join", JoinPage(join))
	named := join
	named.ForEmail, named.Description, named.Passkeys, named.Providers = "cleo@harbor.example", "", false, nil
	add("join-for-address", JoinPage(named))
	faulty := join
	faulty.Name, faulty.Email = "Cleo Marsh", "cleo"
	faulty.Fields = fault.Fields{
		"email":    "Enter an e-mail address, such as ada@example.com.",
		"password": "That is one of the most common passwords. Choose another one.",
	}
	add("join-faults", JoinPage(faulty))
	identity := join
	identity.Identity, identity.Name, identity.Email = "GitHub as cleo-m", "Cleo Marsh", "cleo@harbor.example"
	add("join-with-identity", JoinPage(identity))
	providers := join
	providers.Passwords, providers.Passkeys = false, false
	add("join-providers-only", JoinPage(providers))
	here := join
	here.Frame = sampleHalf("Join harbor")
	here.SignedInAs, here.AcceptPath = "ada@harbor.example", "/join/9c2e/accept"
	add("join-signed-in", JoinPage(here))
	another := here
	another.AcceptPath, another.ForEmail = "", "cleo@harbor.example"
	another.Problem = "This invitation is for another e-mail address. Sign in with that address, or ask for an invitation of your own."
	add("join-for-another", JoinPage(another))
}

// sampleSettings is the frame of a page of the person's own settings.
func sampleSettings(title string) Frame {
	f := sampleFrame(title)
	f.Path = "/settings"
	f.Nav = []Link{{Text: "General", Path: "/settings"}, {Text: "Security", Path: "/settings/security"}, {Text: "Sessions", Path: "/settings/sessions"}}
	for i, l := range f.Nav {
		f.Nav[i].Current = l.Text == title
	}
	return f
}

func samplesOfSettings(add func(string, templ.Component)) {
	general := General{
		Frame: sampleSettings("General"), Action: "/settings", Name: "Ada Byron", Email: "ada@harbor.example", TimeZone: "Europe/London", Theme: "system",
		TimeZones: []string{"UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London"},
	}
	add("general", GeneralPage(general))
	saved := general
	saved.Saved = true
	add("general-saved", GeneralPage(saved))
	general.Name, general.TimeZone = "", "Moon/Tycho"
	general.Fields = fault.Fields{
		"name": "Enter your name, at most 80 characters.", "time_zone": "Choose a time zone from the list.", "theme": "Choose System, Light or Dark.",
	}
	add("general-faults", GeneralPage(general))

	add("security", SecurityPage(sampleSecurity()))
	changed := sampleSecurity()
	changed.Done, changed.CodesLeft, changed.Required = "Password changed. Your other sessions have ended.", 2, "harbor requires a second step from everybody."
	changed.Passkeys = changed.Passkeys[:1]
	changed.Passkeys[0].RemovePath = ""
	add("security-changed", SecurityPage(changed))
	only := sampleSecurity()
	only.HasPassword, only.Identities = false, nil
	add("security-passkey-only", SecurityPage(only))
	bare := sampleSecurity()
	bare.Passkeys, bare.CodesPath, bare.Identities = nil, "", nil
	bare.SecondStep = "Add a passkey to protect your account with a second step."
	add("security-password-only", SecurityPage(bare))
	elsewhere := bare
	elsewhere.AddPasskeyPath, elsewhere.PasskeyHint, elsewhere.Link, elsewhere.HasPassword = "", samplePasskeyHint, nil, false
	elsewhere.Problem = "That is your only sign-in method. Add another one first."
	add("security-refused", SecurityPage(elsewhere))

	change := ChangePassword{Frame: sampleSettings("Security"), HasPassword: true, Action: "/settings/password", CancelPath: "/settings/security"}
	add("change-password", ChangePasswordPage(change))
	change.Fields = fault.Fields{"current": "That isn't your password. Check it and try again.", "password": "Use at least 12 characters. Several words in a row work well."}
	add("change-password-faults", ChangePasswordPage(change))
	change.HasPassword, change.Fields = false, nil
	add("set-password", ChangePasswordPage(change))

	passkey := AddPasskey{
		Frame: sampleSettings("Security"), Passkeys: true, QuestionPath: "/settings/passkeys/question", Action: "/settings/passkeys", CancelPath: "/settings/security",
	}
	add("add-passkey", AddPasskeyPage(passkey))
	refused := passkey
	refused.Name = "Work laptop, the one in the office at the quay, second floor, left of the window, gray"
	refused.Fields = fault.Fields{"name": "Use at most 80 characters."}
	add("add-passkey-faults", AddPasskeyPage(refused))
	elsewhereKey := passkey
	elsewhereKey.Passkeys, elsewhereKey.PasskeyHint = false, samplePasskeyHint
	add("add-passkey-elsewhere", AddPasskeyPage(elsewhereKey))
	required := passkey
	required.Frame = sampleHalf("Add a passkey")
	required.Required, required.CancelPath, required.Next = "harbor requires a second step from everybody. Add a passkey to continue.", "", sampleProviders
	add("add-passkey-required", AddPasskeyPage(required))

	codes := []string{"4kq7-x2mp-9vbt", "w8dn-3hjr-6fzc", "p5ty-m9kx-2qgd", "b7vh-8wnc-4rjm", "x3fp-6tzk-9dqy", "n2gm-5bvr-7hwj", "c9kt-4xpd-3mfz", "j6wq-7ryn-8gbv", "d4zh-2kcm-5txp", "r8jf-9qnb-6vwg"}
	add("recovery-codes", RecoveryCodesPage(RecoveryCodes{Frame: sampleSettings("Security"), Codes: codes, Fresh: true, NextPath: "/settings/security"}))
	add("recovery-codes-anew", RecoveryCodesPage(RecoveryCodes{Frame: sampleSettings("Security"), Codes: codes, NextPath: "/settings/security"}))

	link := ConfirmLink{Frame: sampleSettings("Security"), Provider: "GitHub", Who: "ada-l", Action: "/settings/identities", CancelPath: "/settings/security"}
	add("confirm-link", ConfirmLinkPage(link))
	link.Problem = "That GitHub account is linked to somebody else here."
	add("confirm-link-refused", ConfirmLinkPage(link))
}

func sampleSecurity() Security {
	return Security{
		Frame: sampleSettings("Security"), HasPassword: true, PasswordsAllowed: true, PasswordPath: "/settings/password",
		Passkeys: []Passkey{
			{Name: "Work laptop", Added: sampleLinkedAt, LastUsed: sampleJustNow, RemovePath: "/settings/passkeys/psk_1/remove"},
			{Name: "Security key on the key ring", Added: sampleYesterday, LastUsed: never, RemovePath: "/settings/passkeys/psk_2/remove"},
		},
		AddPasskeyPath: "/settings/passkeys/new", SecondStep: "Signing in with a password or a provider also requires your passkey.",
		CodesLeft: 8, CodesPath: "/settings/recovery-codes",
		Identities: []Identity{{
			Provider: "GitHub", Glyph: "GH", Email: "ada@harbor.example", Name: "ada-l", Linked: sampleLinkedAt, LastUsed: sampleYesterday,
			RemoveAction: "/settings/identities/remove", Issuer: "https://github.com", Subject: "583231",
		}},
		Link: []SignInWith{{"Microsoft Entra", "ME", "/settings/identities/entra"}, {"Harbor SSO", "HS", "/settings/identities/harbor"}}, SessionsPath: "/settings/sessions",
	}
}

// sampleInfo is the frame of a page of the organization.
func sampleInfo(title string) Frame {
	f := sampleFrame(title)
	f.Nav = []Link{
		{Text: "General", Path: sampleLater + "/general"}, {Text: "Cloud Providers", Path: sampleProviders},
		{Text: "API keys", Path: sampleLater + "/keys"}, {Text: "People", Path: sampleLater + "/people"},
	}
	for i, l := range f.Nav {
		f.Nav[i].Current = l.Text == title
	}
	return f
}

func samplesOfOrganizations(add func(string, templ.Component)) {
	fresh := OrganizationForm{Frame: sampleFrame("New organization"), Action: "/organizations", New: true, MayChange: true, CancelPath: "/"}
	fresh.Nav = nil
	add("organization-new", OrganizationPage(fresh))
	fresh.Name, fresh.Description, fresh.RequireSecondStep = "Harbor!", "Cloud of the harbor works", true
	fresh.Fields = fault.Fields{
		"name":                "Use 2 to 39 lowercase letters, digits and single hyphens.",
		"require_second_step": "Add a passkey of your own first, under Security. Without one, you would lock yourself out.",
	}
	add("organization-new-faults", OrganizationPage(fresh))
	harbor := OrganizationForm{
		Frame: sampleInfo("General"), Action: sampleLater + "/general", Name: "harbor", Description: "Cloud of the harbor works, Bristol", RequireSecondStep: true,
		MayChange: true, DeletePath: sampleLater + "/delete", LeavePath: sampleLater + "/leave",
	}
	add("organization", OrganizationPage(harbor))
	harbor.Saved = true
	add("organization-saved", OrganizationPage(harbor))
	harbor.Saved, harbor.MayChange, harbor.DeletePath = false, false, ""
	add("organization-member", OrganizationPage(harbor))

	deletion := DeleteOrganization{
		Frame: sampleInfo("General"), Name: "harbor", Credentials: []string{"Production", "Staging", "Data science, EU west"}, People: 4, Keys: 2, Invitations: 1,
		Action: sampleLater + "/delete", CancelPath: sampleLater + "/general",
	}
	add("organization-delete", DeleteOrganizationPage(deletion))
	deletion.Credentials, deletion.People, deletion.Keys, deletion.Invitations = nil, 1, 0, 0
	deletion.Fields = fault.Fields{"confirm": "Type the name of the organization exactly as shown."}
	add("organization-delete-faults", DeleteOrganizationPage(deletion))

	add("people", PeoplePage(samplePeople()))
	mailed := samplePeople()
	mailed.Mail, mailed.Done, mailed.LeavePath = true, "Ben Okafor is an owner now.", ""
	add("people-changed", PeoplePage(mailed))
	faulty := samplePeople()
	faulty.Invite = InviteForm{Email: "cleo at harbor", Role: "viewer"}
	faulty.Fields = fault.Fields{"email": "Enter an e-mail address, such as ada@example.com."}
	add("people-faults", PeoplePage(faulty))
	refused := samplePeople()
	refused.Problem = "An organization needs an owner who can sign in. Make somebody else an owner first."
	add("people-last-owner", PeoplePage(refused))
	member := samplePeople()
	member.MayManage, member.Invitations, member.InvitePath = false, nil, ""
	for i := range member.People {
		member.People[i].RolePath, member.People[i].RemovePath = "", ""
	}
	add("people-member", PeoplePage(member))

	made := InvitationMade{
		Frame: sampleInfo("People"), Link: "https://mooring.harbor.example/join/9c2e5f0a71d84b36", Role: "Member", Expires: sampleNextWeek, BackPath: sampleLater + "/people",
	}
	add("invitation-made", InvitationMadePage(made))
	made.Email = "cleo@harbor.example"
	add("invitation-made-for-address", InvitationMadePage(made))
	made.Link, made.Mailed = "", true
	add("invitation-mailed", InvitationMadePage(made))
}

func samplePeople() People {
	colleague := func(id string, c Colleague) Colleague {
		c.RolePath, c.RemovePath = sampleLater+"/people/"+id+"/role", sampleLater+"/people/"+id+"/remove"
		return c
	}
	return People{
		Frame: sampleInfo("People"), MayManage: true, InvitePath: sampleLater + "/invitations", LeavePath: sampleLater + "/leave",
		People: []Colleague{
			{Name: "Ada Byron", Email: "ada@harbor.example", Role: "Owner", RoleKey: "owner", Since: sampleLinkedAt, LastSignIn: sampleJustNow, SecondStep: true, You: true},
			colleague("per_2", Colleague{Name: "Ben Okafor", Email: "ben@harbor.example", Role: "Member", RoleKey: "member", Since: sampleLinkedAt, LastSignIn: sampleYesterday, SecondStep: true}),
			{
				Name: "Cleo Marsh", Email: "cleo.marsh.of.the.data.science.group@research.harbor.example", Role: "Viewer", RoleKey: "viewer",
				Since: sampleYesterday, LastSignIn: never, ByGroup: true,
			},
			colleague("per_4", Colleague{Name: "Dan Lund", Email: "dan@harbor.example", Role: "Viewer", RoleKey: "viewer", Since: sampleLinkedAt, LastSignIn: sampleYesterday, Disabled: true}),
		},
		Invitations: []Invitation{
			{Email: "eve@harbor.example", Role: "Member", By: "Ada Byron", Expires: sampleNextWeek, RevokePath: sampleLater + "/invitations/inv_1/revoke"},
			{Email: "Anyone with the link", Role: "Viewer", By: "Ada Byron", Expires: sampleTomorrow, RevokePath: sampleLater + "/invitations/inv_2/revoke"},
		},
	}
}

func samplesOfKeys(add func(string, templ.Component)) {
	keys := APIKeys{Frame: sampleInfo("API keys"), NewPath: sampleLater + "/keys/new", BaseURL: "https://mooring.harbor.example"}
	add("keys-empty", APIKeysPage(keys))
	keys.Keys = []APIKey{
		{
			Name: "nightly report", ID: "mooring_k3v9x0ab…", Scope: "Read", By: "Ada Byron", Created: sampleLinkedAt, Expires: sampleQuarter,
			LastUsed: sampleChecked, LastAddress: "192.0.2.44", RevokePath: sampleLater + "/keys/k3v9x0ab/revoke",
		},
		{
			Name: "deploy from the pipeline", ID: "mooring_p7m2q8zt…", Scope: "Read and write", ScopeNote: "The API is currently read-only.", By: "Ben Okafor", Created: sampleLinkedAt, Expires: sampleOver,
			LastUsed: never, Expired: true, RevokePath: sampleLater + "/keys/p7m2q8zt/revoke",
		},
	}
	add("keys", APIKeysPage(keys))
	keys.Done = "The key nightly report is revoked."
	keys.Keys = keys.Keys[1:]
	add("keys-revoked", APIKeysPage(keys))

	form := APIKeyForm{
		Frame: sampleInfo("API keys"), Scope: "read", Days: "90", ScopeWrite: true, Action: sampleLater + "/keys", CancelPath: sampleLater + "/keys",
	}
	add("key-new", APIKeyFormPage(form))
	form.Days, form.Scope = "1000", "write"
	form.Fields = fault.Fields{"name": "Give it a name, such as nightly report.", "scope": "Choose Read, or Read and write.", "days": "Enter a number from 1 to 366."}
	add("key-new-faults", APIKeyFormPage(form))
	form.ScopeWrite, form.Fields, form.Days, form.Scope = false, nil, "90", "read"
	add("key-new-reads", APIKeyFormPage(form))

	add("key-made", APIKeyMadePage(APIKeyMade{
		Frame: sampleInfo("API keys"), Key: sampleKey, Name: "nightly report", Expires: sampleQuarter, BackPath: sampleLater + "/keys",
		Command: "curl --user \"harbor:" + sampleKey + "\" \\\n  https://mooring.harbor.example/api/v1/me",
	}))
}

// sampleAdministration is the frame of a page for site administrators.
func sampleAdministration(title string) Frame {
	f := sampleFrame(title)
	f.NavTitle, f.Nav = "Administration", Administration("/admin/people")
	return f
}

// sampleAccounts are people as administrators see them.
func sampleAccounts() []account.PersonRow {
	in := func(name string, role account.Role) account.Membership {
		return account.Membership{Account: account.Account{Name: name}, Role: role}
	}
	return []account.PersonRow{
		{Person: account.Person{ID: "per_1", Name: "Ada Byron", Email: "ada@harbor.example", SiteAdmin: true, LastSignInAt: ago(0)}, SecondStep: true, Organizations: []account.Membership{in("harbor", account.Owner)}},
		{Person: account.Person{ID: "per_2", Name: "Ben Okafor", Email: "ben@harbor.example", CreatedAt: sampleLinkedOn, LastSignInAt: ago(sampleDay)}, HasPassword: true, SecondStep: true,
			Providers: []string{"github", "harbor"}, Sessions: 2, Organizations: []account.Membership{in("harbor", account.Member), in("lighthouse", account.Owner), in("tide-tables-of-the-channel", account.Viewer)}},
		{Person: account.Person{ID: "per_3", Name: "Cleo Marsh", Email: "cleo.marsh.of.the.data.science.group@research.harbor.example"}},
		{Person: account.Person{ID: "per_4", Name: "Dan Lund", Email: "dan@harbor.example", DisabledAt: ago(sampleDay), LastSignInAt: sampleLinkedOn}, Organizations: []account.Membership{in("harbor", account.Member)}},
	}
}

func samplesOfAdministration(add func(string, templ.Component)) {
	rows := sampleAccounts()
	people := sampleReader.AdminPeople(sampleAdministration("People"), account.PeopleQuery{}, rows, "dan@harbor.example")
	add("admin-people", AdminPeoplePage(people))
	found := sampleReader.AdminPeople(sampleAdministration("People"), account.PeopleQuery{Search: "ben", After: "ada@harbor.example"}, rows[1:2], "")
	add("admin-people-found", AdminPeoplePage(found))
	nobody := found
	nobody.Search, nobody.People, nobody.FirstPath = "nemo", nil, ""
	add("admin-people-nobody", AdminPeoplePage(nobody))

	const path = "/admin/people/per_2"
	ben := sampleReader.AdminPerson(sampleAdministration("Ben Okafor"), rows[1])
	add("admin-person", AdminPersonPage(ben))
	disabled := ben
	disabled.Disabled, disabled.DisablePath, disabled.EnablePath, disabled.EndSessionsPath, disabled.MakeAdministratorPath = true, "", path+"/enable", "", ""
	disabled.Sessions, disabled.Organizations, disabled.Providers = 0, nil, nil
	disabled.Done = "Ben Okafor is disabled. Their sessions have ended."
	add("admin-person-disabled", AdminPersonPage(disabled))
	administrator := ben
	administrator.Administrator, administrator.MakeAdministratorPath, administrator.TakeAdministratorPath = true, "", path+"/take-administrator"
	add("admin-person-administrator", AdminPersonPage(administrator))
	byGroup := administrator
	byGroup.ByGroup, byGroup.TakeAdministratorPath = true, ""
	byGroup.Problem = "A group at the sign-in provider controls this. Change the group there. The change applies at the person's next sign-in."
	add("admin-person-by-group", AdminPersonPage(byGroup))
	you := administrator
	you.Name, you.Email, you.You, you.DisablePath, you.TakeAdministratorPath = "Ada Byron", "ada@harbor.example", true, "", ""
	add("admin-person-you", AdminPersonPage(you))

	samplesOfAdministrators(add)
}
