package review

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/credential"
	"mooring/text"
)

// Question is what a reviewer asks the owners of a linked account.
type Question struct {
	ReviewID       string
	Review         string // name
	DueAt          time.Time
	CredentialID   string
	Text           string
	AskedByName    string
	AskedAt        time.Time
	Answer         string // empty: not yet
	AnsweredByName string
	AnsweredAt     time.Time
}

// Answered reports whether an owner has answered.
func (q Question) Answered() bool { return !q.AnsweredAt.IsZero() }

// Unanswered is what open reviews ask the owners of one account.
type Unanswered struct {
	AccountID string
	Total     int
	First     Question // the one that is due first
	Provider  string   // of what First is about
	Label     string
}

// Unanswered tells what open reviews ask the owners of these accounts, for those
// accounts that are asked anything.
func (s *Service) Unanswered(ctx context.Context, accountIDs []string) ([]Unanswered, error) {
	return s.store.Unanswered(ctx, accountIDs)
}

// UnansweredAbout gives, for those of an account's linked accounts that are asked
// about, the question that is due first.
func (s *Service) UnansweredAbout(ctx context.Context, accountID string, credentialIDs []string) (map[string]Question, error) {
	return s.store.UnansweredAbout(ctx, accountID, credentialIDs)
}

// Questions lists what open reviews ask about a linked account of this
// account, with the answers that were given.
func (s *Service) Questions(ctx context.Context, accountID, credentialID string) ([]Question, error) {
	return s.store.Questions(ctx, accountID, credentialID)
}

// Answer stores what an owner answers. The item comes back to the reviewers.
func (s *Service) Answer(ctx context.Context, r credential.Request, credentialID, reviewID, answer string) error {
	answer = paragraphs(answer)
	if answer == "" || utf8.RuneCountInString(answer) > maxAnswer {
		return ErrAnswer.At("answer")
	}
	entry := audit.Entry{At: s.now(), Actor: r.Actor, Action: audit.AnswerReview, AccountID: r.AccountID, CredentialID: credentialID,
		Result: audit.Done, Changes: []audit.Change{{Field: "Answer", After: answer}}}
	return s.store.Answer(ctx, r.AccountID, credentialID, reviewID, answer, entry)
}

// paragraphs keeps the lines that people type, each as text.Line does.
func paragraphs(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = text.Line(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
