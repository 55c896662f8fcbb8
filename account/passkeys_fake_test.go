package account_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"mooring/account"
)

// fakePasskeys are ceremonies without cryptography: an answer says which
// credential it comes from and for which question.
type fakePasskeys struct{ asked atomic.Int64 }

// fakeQuestion is the state of a ceremony; fakeAnswer is what an authenticator
// says; fakeRecord is what is kept of a passkey.
type (
	fakeQuestion struct {
		Number int64
		Add    bool
		Allow  []string
	}
	fakeAnswer struct {
		Number     int64
		Credential string
		Forged     bool
	}
	fakeRecord struct{ Uses int }
)

func (f *fakePasskeys) ask(personID string, q fakeQuestion) (account.Question, error) {
	q.Number = f.asked.Add(1)
	state, err := json.Marshal(q)
	return account.Question{Options: state, Ceremony: account.Ceremony{PersonID: personID, State: state}}, err
}

func (f *fakePasskeys) BeginAdd(p account.Person, have []account.Passkey) (account.Question, error) {
	q := fakeQuestion{Add: true}
	for _, h := range have {
		q.Allow = append(q.Allow, string(h.CredentialID))
	}
	return f.ask(p.ID, q)
}

func (f *fakePasskeys) BeginUse(personID string, allowed []account.Passkey) (account.Question, error) {
	q := fakeQuestion{}
	for _, a := range allowed {
		q.Allow = append(q.Allow, string(a.CredentialID))
	}
	return f.ask(personID, q)
}

func read(answer account.PasskeyAnswer, add bool) (fakeQuestion, fakeAnswer, error) {
	var q fakeQuestion
	var a fakeAnswer
	if json.Unmarshal(answer.Ceremony.State, &q) != nil || json.Unmarshal(answer.Answer, &a) != nil ||
		q.Number != a.Number || q.Add != add {
		return q, a, account.ErrPasskeyRefused
	}
	return q, a, nil
}

func (f *fakePasskeys) FinishAdd(_ account.Person, answer account.PasskeyAnswer) (account.Passkey, error) {
	_, a, err := read(answer, true)
	if err != nil || a.Forged {
		return account.Passkey{}, account.ErrPasskeyRefused
	}
	return account.Passkey{CredentialID: []byte(a.Credential), Record: []byte(`{"Uses":0}`)}, nil
}

func (f *fakePasskeys) FinishUse(answer account.PasskeyAnswer, find func([]byte) (account.Passkey, error)) (account.Passkey, error) {
	q, a, err := read(answer, false)
	if err != nil || len(q.Allow) > 0 && !slices.Contains(q.Allow, a.Credential) {
		return account.Passkey{}, account.ErrPasskeyRefused
	}
	found, err := find([]byte(a.Credential))
	if err != nil || a.Forged {
		return account.Passkey{}, account.ErrPasskeyRefused // whatever find said
	}
	var record fakeRecord
	if err := json.Unmarshal(found.Record, &record); err != nil {
		return account.Passkey{}, err
	}
	found.Record = fmt.Appendf(nil, `{"Uses":%d}`, record.Uses+1)
	return found, nil
}

func (f *fakePasskeys) Claimed(answer account.PasskeyAnswer) []byte {
	var a fakeAnswer
	_ = json.Unmarshal(answer.Answer, &a)
	return []byte(a.Credential)
}

// answerTo is what the authenticator with this credential answers.
func answerTo(t testing.TB, q account.Question, credential string) account.PasskeyAnswer {
	t.Helper()
	var asked fakeQuestion
	if err := json.Unmarshal(q.Options, &asked); err != nil {
		t.Fatal(err)
	}
	answer, err := json.Marshal(fakeAnswer{Number: asked.Number, Credential: credential})
	if err != nil {
		t.Fatal(err)
	}
	return account.PasskeyAnswer{Ceremony: q.Ceremony, Answer: answer, Name: credential}
}

// forged is an answer whose signature does not hold.
func forged(t testing.TB, q account.Question, credential string) account.PasskeyAnswer {
	t.Helper()
	answer := answerTo(t, q, credential)
	var said fakeAnswer
	if err := json.Unmarshal(answer.Answer, &said); err != nil {
		t.Fatal(err)
	}
	said.Forged = true
	text, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	answer.Answer = text
	return answer
}
