package azuresim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The shapes of what az prints about applications.
type (
	credentialsAnswer struct {
		AppID       string  `json:"appId"`
		DisplayName string  `json:"displayName,omitempty"`
		Password    *string `json:"password"` // always null: a certificate needs none
		Tenant      string  `json:"tenant"`
	}

	appAnswer struct {
		AppID          string `json:"appId"`
		DisplayName    string `json:"displayName"`
		ID             string `json:"id"`
		SignInAudience string `json:"signInAudience"`
	}

	principalAnswer struct {
		AccountEnabled bool   `json:"accountEnabled"`
		AppID          string `json:"appId"`
		DisplayName    string `json:"displayName"`
		ID             string `json:"id"`
		Type           string `json:"servicePrincipalType"`
	}

	keyAnswer struct {
		CustomKeyIdentifier string  `json:"customKeyIdentifier"`
		DisplayName         string  `json:"displayName"`
		EndDateTime         string  `json:"endDateTime"`
		Key                 *string `json:"key"`
		KeyID               string  `json:"keyId"`
		StartDateTime       string  `json:"startDateTime"`
		Type                string  `json:"type"`
		Usage               string  `json:"usage"`
	}
)

const protectNote = "WARNING: The output includes credentials that you must protect. Be sure that you do not include these " +
	"credentials in your code or check the credentials into your source control."

// createForRBAC is az ad sp create-for-rbac. Everything is checked before
// anything is made.
func (s *shellSession) createForRBAC(o options) (any, error) {
	k, err := s.shellKey(o)
	if err != nil {
		return nil, err
	}
	scopes, err := s.readScopes(o)
	if err != nil {
		return nil, err
	}
	tenant, err := s.directoryOf(scopes)
	if err != nil {
		return nil, err
	}
	name := o.one("--name")
	if name == "" {
		name = s.world.now().UTC().Format("azure-cli-2006-01-02-15-04-05")
	}
	a, found := s.world.applicationNamed(tenant, name)
	if found {
		s.note("WARNING: Found an existing application instance: (id) %s. We will patch it.", a.objectID)
		a, err = s.world.createPrincipal(a.clientID)
	} else {
		a, err = s.world.registerApplication(tenant, name)
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.world.uploadKey(a.clientID, k, false); err != nil {
		return nil, err
	}
	for _, at := range scopes {
		s.note("Creating '%s' role assignment under scope '%s'", o.one("--role"), at)
		if _, err := s.world.assign(a.clientID, at, o.one("--role")); err != nil {
			return nil, err
		}
	}
	s.note(protectNote)
	return credentialsAnswer{AppID: a.clientID, DisplayName: a.name, Tenant: tenant}, nil
}

// readScopes checks --role and --scopes, which come together or not at all.
func (s *shellSession) readScopes(o options) ([]scope, error) {
	if o.has("--role") != o.has("--scopes") {
		return nil, refuse("Usage error: To create role assignments, specify both --role and --scopes.")
	}
	if !o.has("--role") {
		return nil, nil
	}
	if _, err := findRole(o.one("--role")); err != nil {
		return nil, err
	}
	var scopes []scope
	for _, text := range o["--scopes"] {
		at, err := parseScope(text)
		if err != nil {
			return nil, err
		}
		scopes = append(scopes, at)
	}
	return scopes, nil
}

// directoryOf is where an application for these scopes must live. The person at
// this shell is at home in every directory.
func (s *shellSession) directoryOf(scopes []scope) (tenant string, err error) {
	if len(scopes) == 0 {
		home, err := s.home()
		if err != nil {
			return "", err
		}
		return home.directory.id, nil
	}
	for _, at := range scopes {
		sub, err := s.world.getSubscription(at.subscription)
		if err != nil || sub.read == readUnknown {
			return "", refuse("(SubscriptionNotFound) The subscription '%s' could not be found.", at.subscription)
		}
		if tenant != "" && tenant != sub.directory.id {
			return "", refuse("These subscriptions belong to different directories. One application serves one directory.")
		}
		tenant = sub.directory.id
	}
	return tenant, nil
}

// shellKey reads --cert and --years. Without --years a certificate counts for
// one year at most, as with the real command.
func (s *shellSession) shellKey(o options) (key, error) {
	text := o.one("--cert")
	switch {
	case o.has("--create-cert") || text == "":
		return key{}, refuse("This simulated shell makes neither passwords nor certificates. Give yours: --cert \"MIIC…\".")
	case strings.HasPrefix(text, "@"):
		return key{}, refuse("This simulated shell has no files. Paste the text of the certificate itself between quotation marks: --cert \"MIIC…\".")
	}
	c, err := parseCertificate([]byte(text))
	if err != nil {
		return key{}, err
	}
	years := 1
	if text := o.one("--years"); text != "" {
		if years, err = strconv.Atoi(text); err != nil || years < 1 || years > 100 {
			return key{}, refuse("argument --years: %.20q is not a number of years from 1 to 100", text)
		}
	}
	k := newKey(c)
	if name := o.one("--display-name"); name != "" {
		k.name = name
	}
	if now := s.world.now(); now.After(k.start) {
		k.start = now
	}
	switch end := s.world.now().AddDate(years, 0, 0); {
	case end.Before(k.end):
		k.end = end
	case k.end.Before(end):
		s.note("Certificate expires %s. Adjusting key credential end date to match.", k.end.UTC().Format(time.RFC3339))
	}
	return k, nil
}

// applicationNamed finds the first application of that name in a directory.
func (w *world) applicationNamed(tenantID, name string) (application, bool) {
	list := w.listApplications()
	i := slices.IndexFunc(list, func(a application) bool { return a.directory.id == tenantID && a.name == name })
	if i < 0 {
		return application{}, false
	}
	return list[i], true
}

func (s *shellSession) createPrincipal(o options) (any, error) {
	a, err := s.world.createPrincipal(o.one("--id"))
	if err != nil {
		return nil, err
	}
	return principalAnswer{!a.disabled, a.clientID, a.name, a.principalID, "Application"}, nil
}

func (s *shellSession) updatePrincipal(o options) (any, error) {
	name, value, _ := strings.Cut(o.one("--set"), "=")
	on, err := strconv.ParseBool(value)
	if name != "accountEnabled" || err != nil {
		return nil, refuse("--set is simulated for accountEnabled=true and accountEnabled=false only.")
	}
	return nil, s.world.enable(o.one("--id"), on)
}

// showApp prints one application, with its certificates.
func (s *shellSession) showApp(o options) (any, error) {
	a, err := s.world.getApplication(o.one("--id"))
	if err != nil {
		return nil, err
	}
	return struct {
		appAnswer
		KeyCredentials []keyAnswer `json:"keyCredentials"`
	}{appAnswer{a.clientID, a.name, a.objectID, "AzureADMyOrg"}, keyAnswers(a)}, nil
}

func (s *shellSession) listApps(o options) (any, error) {
	home, err := s.home()
	if err != nil {
		return nil, err
	}
	list := []appAnswer{}
	for _, a := range s.world.listApplications() {
		if a.directory == home.directory && strings.HasPrefix(a.name, o.one("--display-name")) {
			list = append(list, appAnswer{a.clientID, a.name, a.objectID, "AzureADMyOrg"})
		}
	}
	return list, nil
}

func (s *shellSession) deleteApp(o options) (any, error) {
	return nil, s.world.deleteApplication(o.one("--id"))
}

func (s *shellSession) listCredentials(o options) (any, error) {
	a, err := s.world.getApplication(o.one("--id"))
	if err != nil {
		return nil, err
	}
	if !o.has("--cert") {
		return []keyAnswer{}, nil // of passwords, and there are none
	}
	return keyAnswers(a), nil
}

func keyAnswers(a application) []keyAnswer {
	list := []keyAnswer{}
	for _, k := range a.keys {
		list = append(list, keyAnswer{
			CustomKeyIdentifier: thumbprint(k.certificate),
			DisplayName:         k.name,
			EndDateTime:         k.end.UTC().Format(time.RFC3339),
			KeyID:               k.id,
			StartDateTime:       k.start.UTC().Format(time.RFC3339),
			Type:                "AsymmetricX509Cert",
			Usage:               "Verify",
		})
	}
	return list
}

func (s *shellSession) deleteCredential(o options) (any, error) {
	if !o.has("--cert") {
		return nil, refuse("Without --cert this deletes a password, and this application has none. Add --cert.")
	}
	return nil, s.world.removeKey(o.one("--id"), strings.ToLower(o.one("--key-id")))
}

// resetCredential is az ad app credential reset: without --append every other
// certificate goes.
func (s *shellSession) resetCredential(o options) (any, error) {
	k, err := s.shellKey(o)
	if err != nil {
		return nil, err
	}
	a, err := s.world.getApplication(o.one("--id"))
	if err != nil {
		return nil, err
	}
	if _, err := s.world.uploadKey(a.clientID, k, o.has("--append")); err != nil {
		return nil, err
	}
	s.note(protectNote)
	return credentialsAnswer{AppID: a.clientID, Tenant: a.directory.id}, nil
}
