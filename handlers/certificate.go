package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
	"mooring/views"
)

func certificatesOf(accountName string) string { return "/accounts/" + accountName + "/certificate" }

func newCertificatePath(accountName string) string { return certificatesOf(accountName) + "/new" }

// certificatePaths are where an account's current certificate is downloaded.
func certificatePaths(accountName string) (cer, pem string) {
	return certificatesOf(accountName) + ".cer", certificatesOf(accountName) + ".pem"
}

// certificateFile is where one certificate of an account is downloaded, the current
// one or an older one. ending is ".cer" or ".pem".
func certificateFile(accountName, id, ending string) string {
	return "/accounts/" + accountName + "/certificates/" + id + ending
}

// encodings are the files that a certificate is downloaded as: as Azure's portal
// takes it, and as text for the command line.
var encodings = map[string]struct {
	contentType string
	encode      func(certificate.Certificate) []byte
}{
	".cer": {"application/pkix-cert", func(c certificate.Certificate) []byte { return c.DER }},
	".pem": {"application/x-pem-file", certificate.Certificate.PEM},
}

// certificateDER is Download management certificate.
func (h *handlers) certificateDER(c echo.Context) error { return h.downloadCurrent(c, ".cer") }

// certificatePEM is the same as text.
func (h *handlers) certificatePEM(c echo.Context) error { return h.downloadCurrent(c, ".pem") }

func (h *handlers) downloadCurrent(c echo.Context, ending string) error {
	m, _ := membershipOf(c)
	active, err := h.Certificates.Active(c.Request().Context(), m.Account.ID)
	if err != nil {
		return err
	}
	return download(c, active, "mooring-"+m.Account.Name+ending, ending)
}

// downloadCertificate is any certificate of the account. Its file is named after
// the thumbprint, so that it isn't taken for the current one.
func (h *handlers) downloadCertificate(c echo.Context) error {
	m, _ := membershipOf(c)
	id, ending := c.Param("file"), ""
	if dot := strings.LastIndexByte(id, '.'); dot >= 0 {
		id, ending = id[:dot], id[dot:]
	}
	found, err := h.Certificates.Find(c.Request().Context(), m.Account.ID, id)
	if _, known := encodings[ending]; err == nil && !known {
		err = certificate.ErrNone
	}
	if err != nil {
		return err
	}
	return download(c, found, "mooring-"+m.Account.Name+"-"+strings.ToLower(found.SHA1()[:8])+ending, ending)
}

func download(c echo.Context, found certificate.Certificate, name, ending string) error {
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	return c.Blob(http.StatusOK, encodings[ending].contentType, encodings[ending].encode(found))
}

// linksNamed is how many links the page of a new certificate names.
const linksNamed = 20

// newCertificatePage says what a new certificate affects.
func (h *handlers) newCertificatePage(c echo.Context) error {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	active, err := h.Certificates.Active(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	links, err := h.Credentials.List(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	view := views.NewCertificate{Frame: h.frame(c, "Make a new certificate"), Current: h.certificateView(m.Account.Name, active, zoneOf(c)),
		Action: certificatesOf(m.Account.Name) + "/renew", CancelPath: certificatesOf(m.Account.Name)}
	if certificate.JustMade(active, h.Now()) {
		view.Action, view.JustMade = "", certificate.ErrJustMade.Sentence
	}
	for _, link := range links {
		if link.CertificateID != active.ID {
			continue
		}
		if view.Total++; view.Total <= linksNamed {
			view.Links = append(view.Links, views.Link{Text: link.Label, Path: credentialOf(m.Account.Name, link.Provider, link.ID)})
		}
	}
	return h.html(c, http.StatusOK, views.NewCertificatePage(view))
}

func (h *handlers) renewCertificate(c echo.Context) error {
	m, _ := membershipOf(c)
	if _, err := h.Certificates.Renew(c.Request().Context(), m.Account.ID, actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, certificatesOf(m.Account.Name))
}

// movesOfPage is how many links the page of certificates shows: each has a command.
const movesOfPage = 50

// certificatesPage leads an account's links to its current certificate.
func (h *handlers) certificatesPage(c echo.Context) error {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	certificates, err := h.allCertificates(c)
	if err != nil {
		return err
	}
	links, err := h.Credentials.List(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(links, func(a, b credential.Credential) int { // those that are left to move first
		switch {
		case a.CertificateIsCurrent == b.CertificateIsCurrent:
			return 0
		case b.CertificateIsCurrent:
			return -1
		}
		return 1
	})
	view := views.Certificates{Frame: h.frame(c, "Certificate"), BackPath: providersOf(m.Account.Name),
		Current: h.certificateView(m.Account.Name, certificates[0], zoneOf(c)), Total: len(links)}
	if mayLink(m) {
		view.Current.RenewPath = newCertificatePath(m.Account.Name)
	}
	for _, link := range links {
		if !link.CertificateIsCurrent {
			view.ToMove++
		}
	}
	last := max(1, (len(links)+movesOfPage-1)/movesOfPage)
	number := min(pageNumber(c), last)
	shown := links[(number-1)*movesOfPage : min(number*movesOfPage, len(links))]
	trials, err := h.Credentials.Trials(ctx, m.Account.ID, shown)
	if err != nil {
		return err
	}
	for _, link := range shown {
		reader := h.accountReader(c, h.cloudOf(link.Provider), link)
		moved := h.certificateMove(reader, certificates, trials[link.ID])
		if moved.PollPath != "" {
			view.Reload = max(3, moved.Retry)
		}
		view.Links = append(view.Links, moved)
	}
	at := func(number int) string { return fmt.Sprintf("%s?page=%d", certificatesOf(m.Account.Name), number) }
	if last > 1 {
		view.Part = fmt.Sprintf("Links %s to %s of %s", text.Number((number-1)*movesOfPage+1), text.Number((number-1)*movesOfPage+len(shown)), text.Number(len(links)))
		if number > 1 {
			view.PreviousPath = at(number - 1)
		}
		if number < last {
			view.NextPath = at(number + 1)
		}
	}
	return h.html(c, http.StatusOK, views.CertificatesPage(view))
}

// allCertificates are those of the account in the path, the current one first.
func (h *handlers) allCertificates(c echo.Context) ([]certificate.Certificate, error) {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	if _, err := h.Certificates.Active(ctx, m.Account.ID); err != nil { // which makes the first one
		return nil, err
	}
	return h.Certificates.List(ctx, m.Account.ID)
}

// moveCertificate has the link in the path tried with another certificate.
func (h *handlers) moveCertificate(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if _, err := h.Credentials.MoveCertificate(c.Request().Context(), requestOf(c), found.ID, c.Request().PostFormValue("certificate")); err != nil {
		return err
	}
	return h.certificateMoved(c)
}

// certificateMoved is how far the link in the path has come.
func (h *handlers) certificateMoved(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if wants(c, "certificate-"+found.ID) {
		view, err := h.credentialView(c, found)
		if err != nil {
			return err
		}
		return h.html(c, http.StatusOK, views.LinkCertificate(view))
	}
	if !wants(c, "move-"+found.ID) {
		m, _ := membershipOf(c)
		return seeOther(c, certificatesOf(m.Account.Name)+"#link-"+found.ID)
	}
	runs, err := h.Credentials.Verifications(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return err
	}
	moved, err := h.moveOf(c, h.accountReader(c, h.cloudOf(found.Provider), found), runs)
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.CertificateMoved(*moved))
}

// moveOf is how far one link has come; runs are its latest ones.
func (h *handlers) moveOf(c echo.Context, r linkReader, runs []credential.Verification) (*views.CertificateMove, error) {
	certificates, err := h.allCertificates(c)
	if err != nil {
		return nil, err
	}
	moved := h.certificateMove(r, certificates, credential.TrialOf(r.link, runs))
	return &moved, nil
}

// certificateMove puts how far a link has come into words. certificates are those of
// the account, the current one first. trial is the link's latest check with another
// certificate than its own, if there was one.
func (h *handlers) certificateMove(r linkReader, certificates []certificate.Certificate, trial *credential.Verification) views.CertificateMove {
	link, now := r.link, h.Now()
	cloudName := r.provider.Describe().ShortName
	path := credentialOf(r.accountName, link.Provider, link.ID)
	m := views.CertificateMove{ID: link.ID, Label: link.Label, Path: path, Tone: views.ToneOK, Says: "Uses the current certificate."}
	to, back := certificates[0], false
	if link.CertificateIsCurrent {
		to, back = olderCertificate(certificates, now)
	} else {
		m.Tone, m.Says = views.ToneWaiting, "Uses an older certificate, which expires "+link.CertificateExpires.In(r.zone).Format("2 January 2006")+"."
		m.Commands = trustCommands(r.provider, link, to)
	}
	switch {
	case link.TrialCertificateID != "" && link.Checking(now):
		m.Tone, m.Says, m.Detail = views.ToneWaiting, "Checking the link with the other certificate.", ""
		m.PollPath, m.PollAfter = path+"/certificate", 1
		return m
	case link.TrialCertificateID != "":
		m.Retry = max(1, h.secondsUntil(link.NextCheckAt))
		m.Tone, m.Says = views.ToneWaiting, cloudName+" hasn't accepted the other certificate yet."
		m.Detail = fmt.Sprintf("If you added it in the last few minutes, %s may still be copying it. Mooring keeps trying until %s. Meanwhile, the link uses its present certificate.",
			cloudName, link.FreshFrom.Add(credential.WaitLimit).In(r.zone).Format("15:04 MST"))
		m.PollPath, m.PollAfter = path+"/certificate", m.Retry
	case trial != nil && trial.CertificateID == to.ID && !back:
		m.Says = "The last check with the current certificate failed. The link still uses the older one, which expires " +
			link.CertificateExpires.In(r.zone).Format("2 January 2006") + "."
	}
	if trial != nil && trial.CertificateID == to.ID {
		m.Problem = problemsOf(h.stages(r, *trial))
	}
	if to.ID == "" || isRemoved(r.provider) || !r.isOwner {
		return m
	}
	if !link.State.Can(credential.Verify) {
		if !back {
			m.Detail = "Mooring doesn't check a link that is disabled or waiting for approval. Have it enabled or approved first."
		}
		return m
	}
	m.Action, m.To, m.Back, m.ToMade = path+"/certificate", to.ID, back, to.CreatedAt.In(r.zone).Format("2 January 2006")
	return m
}

// olderCertificate is the newest one beside the current one that is still valid; its
// zero value: there is none.
func olderCertificate(certificates []certificate.Certificate, now time.Time) (older certificate.Certificate, back bool) {
	for _, c := range certificates[1:] {
		if !c.Expired(now) {
			return c, true
		}
	}
	return certificate.Certificate{}, false
}

// trustCommands are what makes the cloud accept a certificate for a link.
func trustCommands(provider cloud.Cloud, link credential.Credential, to certificate.Certificate) []cloud.Command {
	commands := provider.Trust(link.Target)
	for i := range commands {
		commands[i].Text = strings.ReplaceAll(commands[i].Text, cloud.CertificateBlank, to.Base64())
	}
	return commands
}

// problemsOf are the deciding stages that did not pass.
func problemsOf(stages []views.Stage) []views.Stage {
	return slices.DeleteFunc(stages, func(s views.Stage) bool { return s.Advisory || !s.Reached || s.Explanation == nil })
}
