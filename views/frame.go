package views

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	"mooring/account"
	"mooring/review"
	"mooring/text"
)

var (
	kindWords = map[account.Kind]string{account.Personal: "Personal", account.Organization: "Organization"}
	roleWords = map[account.Role]string{account.Owner: "Owner", account.Member: "Member", account.Viewer: "Viewer"}
)

// AccountLinks are the lines of the account switcher. current is the ID of the account
// that is chosen.
func AccountLinks(memberships []account.Membership, current string) []AccountLink {
	var all []AccountLink
	for _, kind := range []account.Kind{account.Personal, account.Organization} {
		for _, m := range memberships {
			if m.Account.Kind == kind {
				all = append(all, AccountLink{Name: m.Account.Name, Path: ProvidersPath(m.Account.Name), Kind: kindWords[kind],
					Role: roleWords[m.Role], Current: m.Account.ID == current})
			}
		}
	}
	return all
}

// OverdueReviews builds the line about late reviews.
func (r Reader) OverdueReviews(late []review.Review) []OverdueReview {
	shown := make([]OverdueReview, 0, len(late))
	for _, one := range late {
		line := OverdueReview{Name: one.Name, Due: r.Moment(one.DueAt), Left: one.Undecided(), Path: ReviewPath(one.ID)}
		if own, named := one.Reviewer(r.PersonID); named && own.Open > 0 {
			line.Left, line.Path = own.Open, QueuePath(one.ID, 0, "")
		}
		shown = append(shown, line)
	}
	return shown
}

// AskedOwners builds what reviews ask the owners of accounts, whose names are by ID.
// here is the page to come back to.
func (r Reader) AskedOwners(unanswered []review.Unanswered, names map[string]string, here string) []AskedOwner {
	var shown []AskedOwner
	for _, u := range unanswered {
		name := names[u.AccountID]
		shown = append(shown, AskedOwner{Account: name, Asker: cmp.Or(u.First.AskedByName, nobodyHere), Label: u.Label, Text: shortened(u.First.Text),
			Due: r.Moment(u.First.DueAt), Total: u.Total, AnswerPath: AnswerPath(name, u.Provider, u.First.CredentialID, here), ListPath: AskedPath(name)})
	}
	return shown
}

// excerptLength is how much of a question stands where there is little room, in
// characters.
const excerptLength = 200

// shortened is a question where there is little room.
func shortened(s string) string {
	s = text.Line(s)
	if utf8.RuneCountInString(s) <= excerptLength {
		return s
	}
	return string([]rune(s)[:excerptLength-1]) + "…"
}

// Hello tells somebody who has just signed in when they did before.
func (r Reader) Hello(session account.Session) string {
	return fmt.Sprintf("You last signed in %s from %s.", r.Moment(session.PreviousAt).Shown, session.PreviousAddress)
}

// Notices puts what happened to the reader's ways of signing in into sentences.
func (r Reader) Notices(notices []account.Notice) []Notice {
	var all []Notice
	for _, n := range notices {
		if !n.IsStep() {
			all = append(all, Notice{Text: r.noticeText(n), Time: r.Moment(n.At), Path: SecurityPath, LinkText: "Review security", Shown: shownNotice(n)})
		}
	}
	return all
}

// shownNotice says which notice the page had, and with which count.
func shownNotice(n account.Notice) string { return fmt.Sprintf("%d.%d", n.ID, n.Count) }

func (r Reader) noticeText(n account.Notice) string {
	where := browserName(n.Agent) + ", " + n.Address
	by := "with " + where
	if n.Address == "" { // nobody's browser, but a command on the server
		by = "by the operator of this site"
	}
	switch n.Kind {
	case account.NoticeFailedSignIns:
		if n.Count == 1 {
			return "A sign-in attempt with your e-mail address failed. It came from " + n.Address + "."
		}
		return fmt.Sprintf("%d sign-in attempts with your e-mail address failed. The last came from %s.", n.Count, n.Address)
	case account.NoticeNewDevice:
		if n.Count == 1 {
			return "You signed in with a new browser: " + where + "."
		}
		return fmt.Sprintf("You signed in with new browsers %d times, the last time with %s.", n.Count, where)
	case account.NoticeHalfSignIn:
		times := ""
		if n.Count > 1 {
			times = fmt.Sprintf(" %d times, the last time", n.Count)
		}
		return "Somebody entered your password or signed in as you at a provider," + times + " with " + where +
			", but didn't complete the second step. If it wasn't you, change your password."
	case account.NoticePasswordChanged:
		return "Your password was changed, " + by + "."
	case account.NoticePasskeyAdded:
		return "The passkey " + n.Detail + " was added, " + by + "."
	case account.NoticePasskeyRemoved:
		return "The passkey " + n.Detail + " was removed, " + by + "."
	case account.NoticeCodesMade:
		return "New recovery codes were generated, " + by + "."
	case account.NoticeCodeUsed:
		return "A recovery code was used in place of your passkey, " + by + "."
	case account.NoticeIdentityLinked:
		return "Signing in with " + r.signInName(n.Detail) + " was linked, " + by + "."
	case account.NoticeIdentityRemoved:
		return "Signing in with " + r.signInName(n.Detail) + " was unlinked, " + by + "."
	}
	return "One of your sign-in methods changed."
}
