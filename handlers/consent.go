package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/views"
)

// consentReturn is where a browser comes back to after a person has consented at a
// provider. Operators enter it there.
func (h *handlers) consentReturn(provider string) string {
	return h.PublicURL.JoinPath("cloud-providers", provider, "callback").String()
}

// consentLink leads to a provider for a person's consent. It begins at the public
// address, to which the provider sends people back.
func (h *handlers) consentLink(c echo.Context, path string) string {
	if sameHost(h.PublicURL.Scheme, c.Request().Host, h.PublicURL.Host) {
		return path
	}
	return h.PublicURL.String() + path
}

// goToCloud sends the browser to a provider, to link something. It is a link, not a
// form: the content policy lets forms lead to us only. Another site cannot begin it in
// somebody's browser.
func (h *handlers) goToCloud(c echo.Context) error {
	m, _ := membershipOf(c)
	return h.goForConsent(c, c.Param("provider"), attempt{Link: m.Account.Name})
}

// goToCloudAgain sends the browser to a provider, for another grant of a link.
func (h *handlers) goToCloudAgain(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	return h.goForConsent(c, found.Provider, attempt{Link: m.Account.Name, Credential: found.ID})
}

func (h *handlers) goForConsent(c echo.Context, provider string, begun attempt) error {
	consenter, ok := h.Clouds.Consenter(provider)
	if !ok || c.Request().Method == http.MethodHead {
		return errNotHere
	}
	if fromElsewhere(c) {
		return c.Redirect(http.StatusSeeOther, views.ProvidersPath(begun.Link))
	}
	if _, err := h.Credentials.Refusals(c.Request().Context(), requestOf(c), provider, cloud.Target{}, credential.Credential{}); begun.Credential == "" && err != nil {
		return err // before anybody signs in there for nothing
	}
	sent, err := consenter.Consent(c.Request().Context(), h.consentReturn(provider))
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	begun.Purpose, begun.PersonID, begun.Consent, begun.Begun = toConsent, caller.Person.ID, &sent, h.Now()
	if err := h.attempts.begin(c, begun); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, sent.Address)
}

// returnFromCloud takes what a person consented to, and links it. The account is the one
// from which they left, if they still own it.
func (h *handlers) returnFromCloud(c echo.Context) error {
	provider := c.Param("provider")
	consenter, ok := h.Clouds.Consenter(provider)
	if !ok || c.Request().Method == http.MethodHead { // a look must not use up the attempt
		return errNotHere
	}
	begun, err := h.attempts.consentTo(c, c.QueryParam("state"))
	if err != nil {
		return c.Redirect(http.StatusSeeOther, "/") // reloaded: it did its work, or what it was for is long over
	}
	caller, _ := callerOf(c)
	if err := begun.mine(caller); err != nil {
		return err
	}
	if err := h.mayEnter(c, caller, begun.Link, owner); err != nil {
		return err
	}
	request := requestOf(c)
	if err := h.attempts.use(c, begun); err != nil {
		return err
	}
	given, err := consenter.Consented(c.Request().Context(), *begun.Consent, c.QueryParams())
	if err != nil {
		return h.consentFailed(c, begun, provider, err)
	}
	var linked credential.Credential
	if begun.Credential == "" {
		linked, err = h.Credentials.LinkConsented(c.Request().Context(), request, provider, given)
	} else {
		linked, err = h.Credentials.SignInAgain(c.Request().Context(), request, provider, begun.Credential, given)
	}
	if err != nil {
		return h.consentFailed(c, begun, provider, err)
	}
	return seeOther(c, views.CredentialPath(begun.Link, linked.Provider, linked.ID))
}

// consentFailed says what went wrong, with the way to try again.
func (h *handlers) consentFailed(c echo.Context, begun attempt, provider string, err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Link != nil {
		return err
	}
	back := views.CredentialsPath(begun.Link, provider) + "/new"
	if begun.Credential != "" {
		back = views.CredentialPath(begun.Link, provider, begun.Credential)
	}
	sentence := f.Sentence
	for _, said := range f.Fields { // of a policy: there is no field to say it at
		sentence = said
	}
	again := *f
	again.Sentence, again.Fields = sentence, nil
	return again.To("Try again", back)
}
