package views

import (
	"fmt"
	"net/url"

	"mooring/account"
)

// exampleCommand is how a program asks, with the key in its environment.
func exampleCommand(p APIKeys) string {
	return "curl --user \"" + p.Account + ":$MOORING_KEY\" \\\n  " + p.BaseURL + "/api/v1/accounts/" + p.Account + "/credentials"
}

var scopeWords = map[account.Scope]string{account.Read: "Read", account.Write: "Read and write"}

// sayReadsOnly stands beside a key that may write while nothing can be written.
const sayReadsOnly = "The API is currently read-only."

// APIKeys builds the page API keys of an account. writes says whether any request of
// the API needs a key that may write.
func (r Reader) APIKeys(frame Frame, of account.Account, keys []account.Key, writes bool) APIKeys {
	p := APIKeys{Frame: frame, NewPath: APIKeysPath(of.Name) + "/new"}
	for _, k := range keys {
		note := ""
		if k.Scope == account.Write && !writes {
			note = sayReadsOnly
		}
		p.Keys = append(p.Keys, APIKey{Name: k.Name, ID: account.KeyPrefix + k.ID + "…", Scope: scopeWords[k.Scope], ScopeNote: note, By: k.PersonName,
			Created: r.Moment(k.CreatedAt), Expires: r.Moment(k.ExpiresAt), LastUsed: r.Moment(k.LastUsedAt), LastAddress: k.LastAddress,
			Expired: !r.Now.Before(k.ExpiresAt), RevokePath: APIKeysPath(of.Name) + "/" + url.PathEscape(k.ID) + "/revoke"})
	}
	return p
}

// NewAPIKey builds the form that makes a key, for a member of the account.
func NewAPIKey(frame Frame, m account.Membership, form account.KeyForm, writes bool) APIKeyForm {
	return APIKeyForm{Frame: frame, Name: form.Name, Scope: form.Scope, Days: form.Days, ScopeWrite: m.Role.AtLeast(account.Member) && writes,
		Action: APIKeysPath(m.Account.Name), CancelPath: APIKeysPath(m.Account.Name)}
}

// APIKeyMade builds the page that shows a new key once. ask is an address that the key
// can ask.
func (r Reader) APIKeyMade(frame Frame, of account.Account, made account.Key, key, ask string) APIKeyMade {
	p := APIKeyMade{Frame: frame, Key: key, Name: made.Name, Expires: r.Moment(made.ExpiresAt),
		Command: fmt.Sprintf("curl --user \"%s:$MOORING_KEY\" %s", of.Name, ask), BackPath: APIKeysPath(of.Name)}
	p.Path = p.BackPath
	return p
}
