package azure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armsubscriptions"

	"mooring/cloud"
	"mooring/cloud/wire"
	"mooring/text"
)

// run is one verification on its way.
type run struct {
	azure       *Azure
	environment Environment
	attempt     cloud.Attempt
	report      func(cloud.StageResult)
	finding     cloud.Finding
}

// Check implements cloud.Cloud.
func (a *Azure) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	e, ok := a.environment(attempt.Target.Environment)
	if !ok {
		return cloud.Finding{}, fmt.Errorf("azure: no environment %q", attempt.Target.Environment)
	}
	r := &run{azure: a, environment: e, attempt: attempt, report: report}
	if attempt.Target.SignIn.Method == MethodClassic {
		r.classic(ctx)
	} else if err := r.app(ctx); err != nil {
		return r.finding, err
	}
	// A stage that ended because everything ended has no verdict of its own.
	return r.finding, context.Cause(withoutDeadline(ctx))
}

// withoutDeadline forgives a deadline: running out of time is a verdict, and
// being told to stop is not.
func withoutDeadline(ctx context.Context) context.Context {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (r *run) app(ctx context.Context) error {
	if !r.stage(ctx, stageDirectory, r.findDirectory) {
		return nil
	}
	m, err := r.azure.manager(r.environment, r.attempt, r.finding.Parent)
	if err != nil {
		return err
	}
	if !r.stage(ctx, stageSignIn, func(ctx context.Context) (string, error) { return "", m.signIn(ctx) }) {
		return nil
	}
	var subscription armsubscriptions.Subscription
	if !r.stage(ctx, stageSubscription, func(ctx context.Context) (string, error) {
		subscription, err = m.openSubscription(ctx)
		if err != nil {
			return "", err
		}
		return r.recognise(subscription)
	}) {
		return nil
	}
	if !r.stage(ctx, stageState, func(context.Context) (string, error) {
		r.finding.Warnings = paymentWarnings[value(subscription.State)]
		return judgeState(value(subscription.State))
	}) {
		return nil
	}
	r.stage(ctx, stageRights, func(ctx context.Context) (string, error) { return r.readRights(ctx, m) })
	r.stage(ctx, stageProviders, func(ctx context.Context) (string, error) { return readProviders(ctx, m) })
	return nil
}

// stage asks one question, reports the answer and says whether to go on.
func (r *run) stage(ctx context.Context, key string, ask func(context.Context) (string, error)) bool {
	limited, cancel := context.WithTimeout(ctx, r.azure.patience)
	defer cancel()
	ids := &trace{}
	limited = context.WithValue(limited, traceKey{}, ids)
	result := cloud.StageResult{Stage: key, Verdict: cloud.OK, StartedAt: r.azure.now()}
	said, err := ask(limited)
	result.Duration = r.azure.now().Sub(result.StartedAt)
	result.Said = clean(said, r.attempt.Target)
	result.TraceID, result.CorrelationID = cleanID(ids.request), cleanID(ids.correlation)
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return false // the server stops: no verdict
		}
		refused := refusalOf(err)
		if cause := ids.cause(); cause != nil { // the SDK tells some causes in plain text only
			refused = refusalOf(cause)
		}
		if refused.cause != nil {
			r.azure.log.Warn("Azure did not answer", "stage", key, "code", refused.code(), "cause", wire.Loggable(refused.cause))
		}
		r.judge(&result, refused)
	}
	r.report(result)
	return result.Verdict == cloud.OK
}

// judge fills in what a refusal means.
func (r *run) judge(result *cloud.StageResult, refused *refusal) {
	result.Code = cleanCode(refused.code())
	result.Said = clean(refused.Message, r.attempt.Target)
	result.TraceID = cmp.Or(cleanID(refused.TraceID), result.TraceID)
	result.CorrelationID = cmp.Or(cleanID(refused.CorrelationID), result.CorrelationID)
	switch meaningOf(result.Stage, refused) {
	case silent:
		result.Verdict = cloud.CannotTell
		r.finding.RetryAfter = max(r.finding.RetryAfter, refused.RetryAfter)
		if v, ok := find(result.Stage, result.Code, ""); !ok || v.entry.meaning != silent {
			// The code speaks of something else than the trouble that passes.
			result.Said = strings.TrimSpace(result.Said + " (" + result.Code + ")")
			result.Code = codeOfStatus(refused.Status)
		}
		if refused.RetryAfter > 0 {
			result.Said = strings.TrimSpace(result.Said + " " + sayPause(refused.RetryAfter))
		}
	case copying:
		result.Verdict = cloud.Failed
		if r.attempt.Fresh {
			result.Verdict = cloud.Waiting
		}
	default:
		result.Verdict = cloud.Failed
	}
	// Rights that cannot be read are unknown, not missing.
	if result.Stage == stageRights || result.Stage == stageProviders && result.Code != codeNotRegistered {
		result.Verdict = cloud.CannotTell
	}
}

// sayPause says how long Azure asks Mooring to wait. How much of it is obeyed is in
// the plan of the next check.
func sayPause(pause time.Duration) string {
	if pause < 2*time.Minute {
		return "It asks for a pause of " + text.Count(int(pause/time.Second), "second", "seconds") + "."
	}
	return "It asks for a pause of " + text.Count(int(pause.Round(time.Minute)/time.Minute), "minute", "minutes") + "."
}

func (r *run) findDirectory(ctx context.Context) (string, error) {
	typed := r.attempt.Target.Parent
	found, err := tenantOf(ctx, r.azure.client, r.environment, r.attempt.Target.Account)
	var refused *refusal
	switch {
	case err == nil && typed != "" && found != typed:
		managed, err := r.isManagedBy(ctx, typed)
		if err != nil {
			return "", err
		}
		if !managed {
			r.attempt.Target.Parent = found // so that it may be shown
			return "", refuse(codeTenantMismatch, "The subscription belongs to the directory "+found+".")
		}
		r.finding.Parent = typed
	case err == nil:
		r.finding.Parent = found
	case typed != "" && errors.As(err, &refused) && meaningOf(stageDirectory, refused) == broken:
		// The name in the refusal is a convenience: go on with what was typed.
		r.finding.Parent = typed
	default:
		return "", err
	}
	r.attempt.Target.Parent = r.finding.Parent // the person's own from here on, so it may be shown
	if err := directoryExists(ctx, r.azure.client, r.environment, r.azure.environments, r.finding.Parent); err != nil {
		return "", err
	}
	return "Directory " + r.finding.Parent + ".", nil
}

// isManagedBy reports whether the subscription names a directory as one that
// manages it for its owner, as Azure Lighthouse has it. Only somebody who signs in
// there can read that; if they cannot, it is not known to be.
func (r *run) isManagedBy(ctx context.Context, tenantID string) (bool, error) {
	m, err := r.azure.manager(r.environment, r.attempt, tenantID)
	if err != nil {
		return false, err
	}
	subscription, err := m.openSubscription(ctx)
	if err != nil {
		if refused := refusalOf(err); meaningOf(stageSubscription, refused) == silent {
			return false, err
		}
		return false, nil
	}
	return manages(subscription, tenantID), nil
}

func manages(s armsubscriptions.Subscription, tenantID string) bool {
	return slices.ContainsFunc(s.ManagedByTenants, func(m *armsubscriptions.ManagedByTenant) bool {
		return m != nil && strings.EqualFold(value(m.TenantID), tenantID)
	})
}

// recognise checks that the answer is about what was asked.
func (r *run) recognise(s armsubscriptions.Subscription) (string, error) {
	switch {
	case s.SubscriptionID == nil:
		return "", refuse(codeUnexpectedAnswer, "")
	case !strings.EqualFold(*s.SubscriptionID, r.attempt.Target.Account):
		return "", refuse(codeOtherSubscription, "")
	case s.TenantID != nil && !strings.EqualFold(*s.TenantID, r.finding.Parent) && !manages(s, r.finding.Parent):
		r.attempt.Target.Parent = strings.ToLower(*s.TenantID)
		return "", refuse(codeTenantMismatch, "The subscription belongs to the directory "+*s.TenantID+".")
	}
	r.finding.AccountName = shortName(value(s.DisplayName))
	return r.finding.AccountName, nil
}

// paymentWarnings are the states in which a subscription works and somebody has to
// pay.
var paymentWarnings = map[armsubscriptions.SubscriptionState][]cloud.Warning{
	armsubscriptions.SubscriptionStateWarned:  {cloud.PaymentWarned},
	armsubscriptions.SubscriptionStatePastDue: {cloud.PaymentPastDue},
}

// judgeState reads the states of
// https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states.
func judgeState(state armsubscriptions.SubscriptionState) (string, error) {
	switch state {
	case armsubscriptions.SubscriptionStateEnabled:
		return "Enabled.", nil
	case armsubscriptions.SubscriptionStateWarned:
		return "Enabled, but Azure has sent a warning about payment. The subscription still works. Pay soon to keep it.", nil
	case armsubscriptions.SubscriptionStatePastDue:
		return "Enabled, but a payment is past due. The subscription still works. Pay soon to keep it.", nil
	case armsubscriptions.SubscriptionStateDeleted:
		return "", refuse(codeDeleted, "The subscription's state is Deleted.")
	case "":
		return "", refuse(codeUnexpectedAnswer, "")
	default:
		return "", refuse(codeDisabled, "The subscription's state is "+string(state)+".")
	}
}

func (r *run) readRights(ctx context.Context, m *manager) (string, error) {
	permissions, err := m.permissions(ctx)
	if err != nil {
		r.finding.RightsUnanswered = meaningOf(stageRights, refusalOf(err)) == silent
		return "", err
	}
	r.finding.Rights = rightsOf(permissions)
	return sayRights(r.finding.Rights), nil
}

// sayRights sums up what an application may do. That it may not do what only some
// uses of the link need is no fault, so the sentence says what these are.
func sayRights(found []cloud.Right) string {
	granted := map[string]bool{}
	for _, right := range found {
		if right.Excessive {
			return "It has more permissions than Mooring needs. See What Mooring can do."
		}
		granted[right.Key] = right.Granted
	}
	if !granted[rightRead] { // of the subscription itself, or it would not have been found
		return "It can't read everything in the subscription. See What Mooring can do."
	}
	switch {
	case granted[rightMachines] && granted[rightGroups]:
		return "It can read the subscription, and create virtual machines and resource groups."
	case granted[rightMachines]:
		return "It can read the subscription and create virtual machines. Creating resource groups needs another role."
	case granted[rightGroups]:
		return "It can read the subscription and create resource groups. Creating virtual machines needs another role."
	}
	return "It can read the subscription. Creating virtual machines or resource groups needs another role."
}

// The providers that machines need.
var neededProviders = []string{"Microsoft.Compute", "Microsoft.Network"}

func readProviders(ctx context.Context, m *manager) (string, error) {
	var missing []string
	for _, namespace := range neededProviders {
		registered, err := m.registered(ctx, namespace)
		if err != nil {
			return "", err
		}
		if !registered {
			missing = append(missing, namespace)
		}
	}
	if len(missing) > 0 {
		return "", refuse(codeNotRegistered, "Not registered: "+strings.Join(missing, ", ")+".")
	}
	return strings.Join(neededProviders, " and ") + " are registered.", nil
}

const maxSubscriptionName = 120 // bytes

func shortName(name string) string {
	name = text.Line(name)
	if len(name) > maxSubscriptionName {
		name = strings.ToValidUTF8(name[:maxSubscriptionName], "") + "…"
	}
	return name
}

// value reads an optional value of the SDK.
func value[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
