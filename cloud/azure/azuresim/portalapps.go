package azuresim

import (
	"cmp"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"mooring/cloud/simulated"
)

// appsContent is the page of all applications with the form for a new one.
type appsContent struct {
	Apps        []appRow
	Directories []choice
	Name        string // as typed
	Problem     string
}

type appRow struct{ Name, ClientID, Directory string }

// choice is one option of a select.
type choice struct {
	Value, Label string
	Selected     bool
}

// appContent is the page of one application.
type appContent struct {
	Name, ClientID, ObjectID, PrincipalID, TenantID, Directory string
	Disabled                                                   bool
	Certificates                                               []certificateRow
	Problem                                                    string
}

type certificateRow struct {
	ID, Name, Thumbprint string
	Start, End           moment
	Ended                bool
}

// moment is a time for people and for machines.
type moment struct{ time.Time }

// Machine is the form for the datetime attribute.
func (m moment) Machine() string { return m.UTC().Format(time.RFC3339) }

// Human is the form for the eye.
func (m moment) Human() string { return m.UTC().Format("2 January 2006") }

func (p *portal) listApps(w http.ResponseWriter, _ *http.Request) {
	p.showApps(w, workingDirectory, "", nil)
}

func (p *portal) registerApp(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.showApps(w, workingDirectory, "", formError(err))
		return
	}
	tenant, name := r.PostForm.Get("directory"), r.PostForm.Get("name")
	a, err := p.world.registerApplication(tenant, name)
	if err != nil {
		p.showApps(w, tenant, name, err)
		return
	}
	http.Redirect(w, r, "/apps/"+a.clientID, http.StatusSeeOther)
}

func (p *portal) showApps(w http.ResponseWriter, tenant, name string, err error) {
	c := appsContent{Name: name}
	var status int
	c.Problem, status = problem(err)
	apps := p.world.listApplications()
	slices.SortStableFunc(apps, func(a, b application) int { return cmp.Compare(rank(a), rank(b)) })
	for _, a := range apps {
		c.Apps = append(c.Apps, appRow{a.name, a.clientID, a.directory.name})
	}
	for _, d := range p.world.listDirectories() {
		c.Directories = append(c.Directories, choice{d.id, d.name, d.id == tenant})
	}
	p.Show(w, status, "apps", simulated.Page{Title: "App registrations", Path: "/apps", Content: c})
}

// rank puts what the person made before what the script brought along.
func rank(a application) int {
	if a.scripted {
		return 1
	}
	return 0
}

func (p *portal) showApp(w http.ResponseWriter, r *http.Request) {
	p.showAppWith(w, r, nil)
}

func (p *portal) showAppWith(w http.ResponseWriter, r *http.Request, failure error) {
	a, err := p.world.getApplication(r.PathValue("client"))
	if err != nil {
		p.Missing(w, r)
		return
	}
	c := appContent{
		Name:        a.name,
		ClientID:    a.clientID,
		ObjectID:    a.objectID,
		PrincipalID: a.principalID,
		TenantID:    a.directory.id,
		Directory:   a.directory.name,
		Disabled:    a.disabled,
	}
	for _, k := range a.keys {
		c.Certificates = append(c.Certificates, certificateRow{
			ID: k.id, Name: k.name, Thumbprint: thumbprint(k.certificate),
			Start: moment{k.start}, End: moment{k.end}, Ended: !p.world.now().Before(k.end),
		})
	}
	var status int
	c.Problem, status = problem(failure)
	p.Show(w, status, "app", simulated.Page{Title: a.name, Path: "/apps", Content: c})
}

func (p *portal) jumpToCertificates(w http.ResponseWriter, r *http.Request) {
	a, err := p.world.getApplication(r.PathValue("client"))
	if err != nil {
		p.Missing(w, r)
		return
	}
	http.Redirect(w, r, "/apps/"+a.clientID+"#certificates", http.StatusSeeOther)
}

func (p *portal) uploadCertificate(w http.ResponseWriter, r *http.Request) {
	c, err := uploadedCertificate(r)
	if err == nil {
		_, err = p.world.uploadKey(r.PathValue("client"), newKey(c), true)
	}
	if err != nil {
		p.showAppWith(w, r, err)
		return
	}
	p.jumpToCertificates(w, r)
}

func (p *portal) deleteCertificate(w http.ResponseWriter, r *http.Request) {
	if err := p.world.removeKey(r.PathValue("client"), r.PathValue("key")); err != nil {
		p.showAppWith(w, r, err)
		return
	}
	p.jumpToCertificates(w, r)
}

// uploadedCertificate reads the file field of a form.
func uploadedCertificate(r *http.Request) (*x509.Certificate, error) {
	if err := r.ParseMultipartForm(simulated.MaxFormBytes); err != nil {
		return nil, formError(err)
	}
	defer r.MultipartForm.RemoveAll()
	file, _, err := r.FormFile("certificate")
	if err != nil {
		return nil, refuse("Choose a certificate file first.")
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, formError(err)
	}
	return parseCertificate(data)
}

// formError keeps the error of a form that is too large and replaces any other.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return refuse("The form arrived damaged. Send it again.")
}
