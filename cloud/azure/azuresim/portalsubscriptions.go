package azuresim

import (
	"net/http"

	"mooring/cloud/simulated"
)

// subscriptionsContent is the page of all subscriptions.
type subscriptionsContent struct{ Subscriptions []subscriptionRow }

type subscriptionRow struct {
	ID, Name, Directory, Environment, State, Outcome string
	Now                                              *overrideRow // the error that somebody chose, or nil
}

// subscriptionContent is the page of one subscription.
type subscriptionContent struct {
	subscriptionRow
	TenantID          string
	ScriptedClient    string // "" where the user registers an application
	Classic           bool   // whether management certificates exist for it
	Roles             []choice
	Applications      []choice
	Assignments       []assignmentRow
	Management        []certificateRow
	RoleProblem       string
	ManagementProblem string
	Override          overrideContent
}

type assignmentRow struct{ ID, Role, Name, ClientID, Scope string }

// subscriptionForm is what to show again after an error.
type subscriptionForm struct {
	role, client   string
	roleErr        error
	certificateErr error
	override       *overrideForm // nil: show what is chosen
	overrideErr    error
}

func (p *portal) listSubscriptions(w http.ResponseWriter, _ *http.Request) {
	var c subscriptionsContent
	for _, s := range p.world.listSubscriptions() {
		c.Subscriptions = append(c.Subscriptions, describeRow(s))
	}
	p.Show(w, http.StatusOK, "subscriptions", simulated.Page{Title: "Subscriptions", Path: "/subscriptions", Content: c})
}

func describeRow(s subscription) subscriptionRow {
	row := subscriptionRow{s.id, s.name, s.directory.name, s.environment.cli, s.state, s.outcome, describeOverride(s.override)}
	if s.read == readUnknown {
		row.State = "Does not exist"
	}
	return row
}

func (p *portal) showSubscription(w http.ResponseWriter, r *http.Request) {
	p.showSubscriptionWith(w, r, subscriptionForm{})
}

func (p *portal) showSubscriptionWith(w http.ResponseWriter, r *http.Request, form subscriptionForm) {
	s, err := p.world.getSubscription(r.PathValue("subscription"))
	if err != nil {
		p.Missing(w, r)
		return
	}
	c := subscriptionContent{subscriptionRow: describeRow(s), TenantID: s.directory.id, ScriptedClient: s.scriptedClient, Classic: s.environment.classic}
	for _, known := range roles() {
		c.Roles = append(c.Roles, choice{known.name, known.name, known.name == form.role})
	}
	for _, a := range p.world.listApplications() {
		if a.directory == s.directory && a.principalID != "" {
			c.Applications = append(c.Applications, choice{a.clientID, a.name + " (" + a.clientID + ")", a.clientID == form.client})
		}
	}
	for _, a := range s.assignments {
		c.Assignments = append(c.Assignments, assignmentRow{a.id, a.role.name, a.name, a.clientID, a.scope.String()})
	}
	for _, m := range s.management {
		c.Management = append(c.Management, certificateRow{
			Name: m.Subject.CommonName, Thumbprint: thumbprint(m),
			Start: moment{m.NotBefore}, End: moment{m.NotAfter}, Ended: !p.world.now().Before(m.NotAfter),
		})
	}
	c.Override = p.describeOverrides(s, form.override)
	var roleStatus, certificateStatus, overrideStatus int
	c.RoleProblem, roleStatus = problem(form.roleErr)
	c.ManagementProblem, certificateStatus = problem(form.certificateErr)
	c.Override.Problem, overrideStatus = problem(form.overrideErr)
	p.Show(w, max(roleStatus, certificateStatus, overrideStatus), "subscription", simulated.Page{Title: s.name, Path: "/subscriptions", Content: c})
}

func (p *portal) assignRole(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{roleErr: formError(err)})
		return
	}
	form := subscriptionForm{role: r.PostForm.Get("role"), client: r.PostForm.Get("application")}
	id, _ := parseGUID(r.PathValue("subscription"))
	switch {
	case form.role == "":
		form.roleErr = refuse("Choose a role.")
	case form.client == "":
		form.roleErr = refuse("Choose an application.")
	default:
		_, form.roleErr = p.world.assign(form.client, scope{subscription: id}, form.role)
	}
	if form.roleErr != nil {
		p.showSubscriptionWith(w, r, form)
		return
	}
	p.backTo(w, r, "access-control")
}

func (p *portal) removeAssignment(w http.ResponseWriter, r *http.Request) {
	wanted := r.PathValue("assignment")
	removed, err := p.world.unassign(r.PathValue("subscription"), func(a assignment) bool { return a.id == wanted })
	if err == nil && removed == 0 {
		err = refuse("That role assignment has already been removed.")
	}
	if err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{roleErr: err})
		return
	}
	p.backTo(w, r, "access-control")
}

func (p *portal) uploadManagement(w http.ResponseWriter, r *http.Request) {
	c, err := uploadedCertificate(r)
	if err == nil {
		err = p.world.uploadManagement(r.PathValue("subscription"), c)
	}
	if err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{certificateErr: err})
		return
	}
	p.backTo(w, r, "management-certificates")
}

func (p *portal) deleteManagement(w http.ResponseWriter, r *http.Request) {
	if err := p.world.removeManagement(r.PathValue("subscription"), r.PathValue("thumbprint")); err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{certificateErr: err})
		return
	}
	p.backTo(w, r, "management-certificates")
}

// backTo shows the subscription's page again, at one of its parts.
func (p *portal) backTo(w http.ResponseWriter, r *http.Request, part string) {
	id, _ := parseGUID(r.PathValue("subscription"))
	http.Redirect(w, r, "/subscriptions/"+id+"#"+part, http.StatusSeeOther)
}
