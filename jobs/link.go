package jobs

import (
	"cmp"
	"context"
	"errors"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/register"
)

const mostLogged = 10 // failures on our side in one run of a job

// do does the job's work on one link and gives the sentence why it failed, or
// nothing, unless that is settled already. An error means that it is not known: the link stays to be done.
func (r *jobRun) do(ctx context.Context, p *piece) (sentence string, settled bool, err error) {
	row := p.row
	order := credential.Order{Actor: r.job.Actor, Reason: r.job.Reason}
	switch r.job.Kind {
	case CheckAgain:
		var finished credential.Finished
		finished, err = r.jobs.credentials.CheckNow(ctx, order, row.ID)
		sentence = finished.Sentence // one that passed may have one too, because it waits for approval
		if finished.Outcome != cloud.Passed {
			sentence = cmp.Or(sentence, sayNotPassed)
		}
	default:
		err = r.change(ctx, order, p)
		settled = err == nil
	}
	if err != nil {
		sentence, err = r.why(ctx, row, err)
	}
	return sentence, settled, err
}

// change changes a link. Links are changed one after the other, so that what was
// done before is in progress.
func (r *jobRun) change(ctx context.Context, order credential.Order, p *piece) error {
	c, entry, err := r.ordered(ctx, order, p)
	if err != nil {
		return err
	}
	store := r.jobs.store.ChangeFor
	if r.job.Kind == Undo {
		store = r.jobs.store.UndoFor
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	progress := r.progress
	r.mu.Unlock()
	with := progress
	with.Position, with.Done = p.row.Number, progress.Done+1
	if err := store(ctx, r.job.ID, with, c, entry); err != nil {
		return err
	}
	if c.State.Can(credential.Verify) {
		r.jobs.credentials.Wake()
	}
	r.mu.Lock()
	r.keep(progress)
	r.mu.Unlock()
	r.settle(p, "")
	return nil
}

// ordered works out what the job does to a link.
func (r *jobRun) ordered(ctx context.Context, order credential.Order, p *piece) (credential.Credential, audit.Entry, error) {
	if r.job.Kind == Undo {
		order.Version = p.change.Version
		return r.jobs.credentials.Undone(ctx, order, p.row.ID, r.undone, p.change.Before)
	}
	return r.jobs.credentials.Ordered(ctx, order, p.row.ID, orders[r.job.Kind])
}

// why says why the work on a link failed.
func (r *jobRun) why(ctx context.Context, row register.Row, err error) (sentence string, _ error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if r.job.Kind == Undo && (errors.Is(err, credential.ErrLookAgain) || errors.Is(err, credential.ErrNotPossibleNow)) {
		return sayChangedSince, nil
	}
	if errors.Is(err, credential.ErrNotPossibleNow) {
		found, findErr := r.jobs.credentials.FindAny(ctx, row.ID)
		if findErr == nil {
			return r.whyNot(found.State), nil
		}
		err = findErr
	}
	if fault.Has(err, fault.SignIn) || fault.Has(err, fault.NotFound) { // it is gone, or the starter may not see it any more
		may, lookErr := r.jobs.store.Administers(ctx, r.job.ByID)
		switch {
		case lookErr != nil:
			return "", lookErr
		case !may:
			return "", errStarterGone
		}
		if r.job.Kind == Undo {
			return sayUnlinkedSince, nil
		}
		return sayUnlinkedMeanwhile, nil
	}
	said := fault.Of(err)
	switch said.Kind {
	case fault.Storage: // it says nothing about the link
		return "", err
	case fault.Internal:
		r.logFailure(row, err)
		return sayOurSide, nil
	}
	return said.Sentence, nil
}

// whyNot says why the work is not possible in a state. What is as it would be
// already needs nothing, such as a link that is stopped and is to be stopped.
func (r *jobRun) whyNot(state credential.State) string {
	if of, ok := whyNotOrdered[r.job.Kind]; ok {
		if sentence, ok := of[state]; ok {
			return sentence
		}
		return of[""]
	}
	switch state {
	case credential.Disabled:
		return sayDisabled
	case credential.Stopped:
		return sayStopped
	case credential.PendingApproval:
		return sayPending
	}
	return credential.ErrNotPossibleNow.Sentence
}

// whyNotOrdered are the sentences by the state of the link; the one without a
// state is for all others.
var whyNotOrdered = map[Kind]map[credential.State]string{
	Disable: {"": credential.ErrNotPossibleNow.Sentence, credential.Stopped: "", credential.PendingApproval: sayDeclineInstead},
	Enable:  {"": "", credential.Disabled: sayTheirsToEnable, credential.PendingApproval: sayApproveInstead},
	Approve: {"": "", credential.Stopped: sayEnableInstead},
	Decline: {"": sayDisableInstead, credential.Stopped: ""},
}

func (r *jobRun) logFailure(row register.Row, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.logged++; r.logged <= mostLogged {
		r.jobs.log.Error("a job failed on a credential", "job", r.job.ID, "credential", row.ID, "cause", cause)
	}
}
