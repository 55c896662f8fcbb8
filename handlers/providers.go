package handlers

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/text"
	"mooring/views"
)

// catalogue lists every provider in the order of the page. Those without a
// cloud in the registry wait for their turn.
var catalogue = []struct{ key, name, remark string }{
	{"aws", "Amazon Web Services", "Not available yet"},
	{"digitalocean", "DigitalOcean", "Not available yet"},
	{"google", "Google Cloud", "Not available yet"},
	{"ibm", "IBM Cloud (formerly SoftLayer)", "Not available yet"},
	{"azure", "Microsoft Azure", ""},
	{"packet", "Packet", "Closed by its owner in 2026"},
}

// providers is Account info > Cloud Providers.
func (h *handlers) providers(c echo.Context) error {
	fragment := ""
	if wants(c, "providers") {
		fragment = "providers"
	}
	m, _ := membershipOf(c)
	number := pageNumber(c)
	return h.sendKept(c, providersAt(m.Account.Name, number), fragment, func() (templ.Component, error) {
		page, err := h.providersView(c, number)
		if err != nil {
			return nil, err
		}
		if fragment != "" {
			return views.ProvidersList(page), nil
		}
		return views.ProvidersPage(page), nil
	})
}

// rowsOfPage is how many links one page shows. An account can have thousands.
const rowsOfPage = 100

// pageNumber is which page of a list somebody wants; the first is 1.
func pageNumber(c echo.Context) int {
	number, err := strconv.Atoi(c.QueryParam("page"))
	if err != nil || number < 1 {
		return 1
	}
	return number
}

// providersAt is a page of the list.
func providersAt(accountName string, number int) string {
	if number == 1 {
		return providersOf(accountName)
	}
	return providersOf(accountName) + "?page=" + strconv.Itoa(number)
}

func (h *handlers) providersView(c echo.Context, number int) (views.Providers, error) {
	m, _ := membershipOf(c)
	zone := zoneOf(c)
	credentials, err := h.Credentials.List(c.Request().Context(), m.Account.ID)
	if err != nil {
		return views.Providers{}, err
	}
	rules, err := h.Credentials.Intake().Rules(c.Request().Context())
	if err != nil {
		return views.Providers{}, err
	}
	page := views.Providers{Frame: h.frame(c, "Cloud Providers"), MayLink: mayLink(m)}
	linked := map[string][]*credential.Credential{} // by provider
	for i := range credentials {
		linked[credentials[i].Provider] = append(linked[credentials[i].Provider], &credentials[i])
	}
	rows := func(shown []*credential.Credential) (rows []views.CredentialRow) {
		for _, found := range shown {
			rows = append(rows, views.CredentialRow{
				ID: found.ID, Label: found.Label, Path: credentialOf(m.Account.Name, found.Provider, found.ID),
				SubscriptionName: found.SubscriptionName, SubscriptionID: found.Target.SubscriptionID,
				Status: h.statusOf(*found, h.cloudOf(found.Provider).Describe(), zone), LastCheck: h.moment(found.LastCheckedAt, zone),
				Expires: h.moment(found.CertificateExpires, zone), LinkedBy: found.CreatedByName,
			})
		}
		return rows
	}
	summary := func(all []*credential.Credential) string {
		if len(all) <= few {
			return ""
		}
		tones := make([]views.Tone, len(all))
		for i, found := range all {
			tones[i] = h.statusOf(*found, h.cloudOf(found.Provider).Describe(), zone).Tone
		}
		return summaryOf(tones)
	}
	last := max(1, (len(credentials)+rowsOfPage-1)/rowsOfPage)
	number = min(number, last)
	first := (number - 1) * rowsOfPage
	cut := rowCutter{skip: first, take: rowsOfPage}
	for _, listed := range catalogue {
		all := linked[listed.key]
		provider := views.Provider{Key: listed.key, Name: listed.name, Remark: listed.remark, Credentials: rows(cut.next(all)), Summary: summary(all)}
		provider.Elsewhere = len(all) > 0 && len(provider.Credentials) == 0
		if _, linkable := h.Clouds[listed.key]; linkable {
			provider.Available, provider.Remark = true, ""
			switch {
			case !rules.Allows(listed.key):
				provider.Refused = credential.ErrProviderNotAllowed.Sentence
			case page.MayLink:
				provider.AddPath = credentialsOf(m.Account.Name, listed.key) + "/new"
			}
		} else if len(all) > 0 {
			provider.Remark = noLongerSupported
		}
		delete(linked, listed.key)
		page.Providers = append(page.Providers, provider)
	}
	for _, key := range slices.Sorted(maps.Keys(linked)) { // linked when Mooring had a cloud of this name
		page.Providers = append(page.Providers, views.Provider{Key: key, Name: key, Remark: noLongerSupported,
			Credentials: rows(cut.next(linked[key])), Summary: summary(linked[key])})
	}
	if last > 1 {
		page.Part = fmt.Sprintf("Links %s to %s of %s", text.Number(first+1), text.Number(min(first+rowsOfPage, len(credentials))), text.Number(len(credentials)))
		if number > 1 {
			page.PreviousPath = providersAt(m.Account.Name, number-1)
		}
		if number < last {
			page.NextPath = providersAt(m.Account.Name, number+1)
		}
	}
	page.PollPath, page.PollAfter = providersAt(m.Account.Name, number), h.lookAgain(credentials)
	if page.PollAfter > 0 {
		page.Reload = max(3, page.PollAfter)
	}
	return page, nil
}

// rowCutter takes the rows of one page out of lists that follow each other.
type rowCutter struct{ skip, take int }

func (r *rowCutter) next(rows []*credential.Credential) []*credential.Credential {
	skipped := min(r.skip, len(rows))
	taken := min(r.take, len(rows)-skipped)
	r.skip, r.take = r.skip-skipped, r.take-taken
	return rows[skipped : skipped+taken]
}

const noLongerSupported = "No longer supported by this Mooring"

// few is how many rows anybody takes in at a glance.
const few = 5

// summaryOf says what a long list holds, since it is ordered by label and a
// row that needs somebody may be far down.
func summaryOf(tones []views.Tone) string {
	if len(tones) <= few {
		return ""
	}
	attention, waiting := 0, 0
	for _, tone := range tones {
		switch tone {
		case views.ToneAttention:
			attention++
		case views.ToneWaiting:
			waiting++
		}
	}
	summary := text.Number(len(tones)) + " linked."
	switch {
	case attention == 1:
		summary += " 1 needs attention."
	case attention > 1:
		summary += fmt.Sprintf(" %s need attention.", text.Number(attention))
	}
	if waiting > 0 {
		summary += fmt.Sprintf(" %s waiting or expiring.", text.Number(waiting))
	}
	return summary
}

// lookAgain says in how many seconds a row of the list will look different by
// itself: soon while one is checked, and at the next try while one waits.
func (h *handlers) lookAgain(credentials []credential.Credential) int {
	soonest := 0
	for _, c := range credentials {
		after := 0
		switch {
		case !c.State.Can(credential.Verify):
		case c.Checking(h.Now()):
			after = 2
		case c.State == credential.WaitingCloud || !c.CouldNotCheckAt.IsZero():
			after = h.secondsUntil(c.NextCheckAt) + 1
		}
		if after > 0 && (soonest == 0 || after < soonest) {
			soonest = after
		}
	}
	return soonest
}
