package azuresim

import "net/http"

// overrideContent is the part of a subscription's page on which somebody chooses
// what it answers.
type overrideContent struct {
	Now                              *overrideRow // nil: nothing is chosen
	Groups                           []stageGroup
	Code, Reason, Status, RetryAfter string   // as typed, or as chosen now
	Codes                            []string // to suggest
	Problem                          string
}

// stageGroup is the stages of one method.
type stageGroup struct {
	Label  string
	Stages []choice
}

// overrideRow tells what a subscription answers.
type overrideRow struct{ Stage, Code, Reason, Status, RetryAfter string }

func describeOverride(o *override) *overrideRow {
	if o == nil {
		return nil
	}
	return &overrideRow{stageName(o.stage), o.form.code, o.form.reason, o.form.status, o.form.retryAfter}
}

// describeOverrides fills in the part for a subscription, with the form to show
// again if there is one.
func (p *portal) describeOverrides(s subscription, form *overrideForm) overrideContent {
	c := overrideContent{Now: describeOverride(s.override), Codes: p.codes}
	var shown overrideForm
	switch {
	case form != nil:
		shown = *form
	case s.override != nil:
		shown = s.override.form
	}
	c.Code, c.Reason, c.Status, c.RetryAfter = shown.code, shown.reason, shown.status, shown.retryAfter
	add := func(label string, stages []checkStage) {
		group := stageGroup{Label: label}
		for _, stage := range stages {
			group.Stages = append(group.Stages, choice{stage.key, stage.name, stage.key == shown.stage})
		}
		c.Groups = append(c.Groups, group)
	}
	add("App registration with a certificate", appStages())
	if s.environment.classic {
		add("Management certificate (classic)", classicStages())
	}
	return c
}

func (p *portal) setOverride(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{overrideErr: formError(err)})
		return
	}
	form := overrideForm{r.PostForm.Get("stage"), r.PostForm.Get("code"), r.PostForm.Get("reason"), r.PostForm.Get("status"), r.PostForm.Get("retry_after")}
	if err := p.world.setOverride(r.PathValue("subscription"), form); err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{override: &form, overrideErr: err})
		return
	}
	p.backTo(w, r, "error-answer")
}

func (p *portal) clearOverride(w http.ResponseWriter, r *http.Request) {
	if err := p.world.clearOverride(r.PathValue("subscription")); err != nil {
		p.showSubscriptionWith(w, r, subscriptionForm{overrideErr: err})
		return
	}
	p.backTo(w, r, "error-answer")
}
