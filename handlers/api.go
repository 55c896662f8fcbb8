package handlers

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

// The API is for programs. It knows callers by API keys only: a cookie counts
// for nothing here, and a key for nothing on pages.

// openAPIDocument describes every route under /api/. It is kept by hand; tests
// hold it to the table of routes and to the answers.
//
//go:embed openapi.json
var openAPIDocument []byte

func (h *handlers) openAPI(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/json", openAPIDocument)
}

func isAPI(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/api/") }

// authenticateKey finds who calls with an API key, given as a bearer token or,
// with the name of its account, as basic authentication.
func (h *handlers) authenticateKey(c echo.Context) (account.Caller, error) {
	name, key, ok := keyOf(c)
	if !ok {
		return account.Caller{}, account.ErrKey
	}
	return h.Keys.Authenticate(c.Request().Context(), name, key, c.RealIP())
}

// keyOf reads what came as an API key, and the name that came with it.
func keyOf(c echo.Context) (name, key string, ok bool) {
	r := c.Request()
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		ok = true
	case "basic":
		name, key, ok = r.BasicAuth()
		ok = ok && name != ""
	}
	return name, strings.TrimSpace(key), ok
}

// problem is a failure as JSON, after RFC 9457. Its detail is the sentence that
// a page would show.
type problem struct {
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Kind      string       `json:"kind"`
	Code      string       `json:"code"`
	Detail    string       `json:"detail"`
	Fields    fault.Fields `json:"fields,omitempty"`
	RequestID string       `json:"request_id"`
}

func (h *handlers) problem(c echo.Context, f *fault.Fault) error {
	status := statuses[f.Kind]
	if f.Kind == fault.SignIn {
		status.heading = "API key needed"
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="Mooring", Basic realm="Mooring"`)
	}
	retryLater(c, f)
	c.Response().Header().Set("Content-Type", "application/problem+json")
	return c.JSON(status.code, problem{Title: status.heading, Status: status.code, Kind: f.Kind.String(), Code: f.Code,
		Detail: f.Sentence, Fields: f.Fields, RequestID: requestID(c)})
}

type meJSON struct {
	Person  personJSON  `json:"person"`
	Account accountJSON `json:"account"`
	Key     keyJSON     `json:"key"`
}

type personJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

type accountJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	Role string `json:"role"`
}

type keyJSON struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Scope     string   `json:"scope"`
	ExpiresAt timeJSON `json:"expires_at"`
}

// apiMe says whom the key stands for, and where.
func (h *handlers) apiMe(c echo.Context) error {
	caller, _ := callerOf(c)
	me := meJSON{
		Person: personJSON{ID: caller.Person.ID, Name: caller.Person.Name, Email: caller.Person.Email},
		Key:    keyJSON{ID: caller.Key.ID, Name: caller.Key.Name, Scope: string(caller.Key.Scope), ExpiresAt: timeJSON(caller.Key.ExpiresAt)},
	}
	for _, m := range caller.Memberships { // a key has one
		me.Account = accountJSON{ID: m.Account.ID, Name: m.Account.Name, Kind: string(m.Account.Kind), Role: string(m.Role)}
	}
	return c.JSON(http.StatusOK, me)
}

type credentialsJSON struct {
	Credentials []credentialJSON `json:"credentials"`
}

// credentialJSON is a credential without anything secret, for there is nothing
// secret in it.
type credentialJSON struct {
	ID                   string      `json:"id"`
	Provider             string      `json:"provider"`
	Label                string      `json:"label"`
	Status               string      `json:"status"`
	StatusWord           string      `json:"status_word"`
	Reason               string      `json:"reason"`
	Environment          string      `json:"environment"`
	Method               string      `json:"method"`
	CloudAccountID       string      `json:"cloud_account_id"`
	CloudAccountName     string      `json:"cloud_account_name"`
	CloudParentID        string      `json:"cloud_parent_id"`
	Facts                []factJSON  `json:"facts"`
	CertificateSHA1      string      `json:"certificate_sha1"`
	CertificateExpiresAt timeJSON    `json:"certificate_expires_at"`
	Rights               []rightJSON `json:"rights"`
	LinkedBy             string      `json:"linked_by"`
	LinkedAt             timeJSON    `json:"linked_at"`
	LastCheckedAt        timeJSON    `json:"last_checked_at"`
	NextCheckAt          timeJSON    `json:"next_check_at"`

	// From when only Azure could be linked; of other clouds the last two are empty.
	SubscriptionID   string `json:"subscription_id"`
	SubscriptionName string `json:"subscription_name"`
	TenantID         string `json:"tenant_id"`
	ClientID         string `json:"client_id"`
}

// factJSON is a cloud.Fact.
type factJSON struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

type rightJSON struct {
	Key       string `json:"key"`
	Granted   bool   `json:"granted"`
	Excessive bool   `json:"excessive"`
	Sentence  string `json:"sentence"`
}

// apiCredentials lists what the account links.
func (h *handlers) apiCredentials(c echo.Context) error {
	m, _ := membershipOf(c)
	list, err := h.Credentials.List(c.Request().Context(), m.Account.ID)
	if err != nil {
		return err
	}
	answer := credentialsJSON{Credentials: []credentialJSON{}}
	for _, found := range list {
		answer.Credentials = append(answer.Credentials, h.credentialJSON(found))
	}
	return c.JSON(http.StatusOK, answer)
}

func (h *handlers) credentialJSON(found credential.Credential) credentialJSON {
	description := h.Clouds.Describe(found.Provider)
	shown := credentialJSON{
		ID: found.ID, Provider: found.Provider, Label: found.Label, Status: string(found.State),
		StatusWord: found.Word(description.ShortName, h.Now()), Reason: found.Reason,
		Environment: found.Target.Environment, Method: found.Target.SignIn.Method, CloudAccountID: found.Target.Account,
		CloudAccountName: found.CloudAccountName, CloudParentID: found.Target.Parent, Facts: []factJSON{},
		SubscriptionID: found.Target.Account, SubscriptionName: found.CloudAccountName,
		CertificateSHA1: found.CertificateSHA1, CertificateExpiresAt: timeJSON(found.CertificateExpires), Rights: []rightJSON{},
		LinkedBy: found.CreatedByName, LinkedAt: timeJSON(found.CreatedAt), LastCheckedAt: timeJSON(found.LastCheckedAt), NextCheckAt: timeJSON(found.NextCheckAt),
	}
	for _, f := range h.Clouds.Facts(found.Provider, found.Target) {
		shown.Facts = append(shown.Facts, factJSON{f.Key, f.Label, f.Value})
	}
	values := cloud.FormOf(description, found.Target, "").Values
	shown.TenantID, shown.ClientID = values["tenant_id"], values["client_id"]
	for _, r := range found.Rights {
		shown.Rights = append(shown.Rights, rightJSON{r.Key, r.Granted, r.Excessive, h.Clouds.RightText(found.Provider, r)})
	}
	return shown
}

// timeJSON is a time in RFC 3339 and UTC, or null when it never was.
type timeJSON time.Time

// MarshalJSON implements json.Marshaler.
func (t timeJSON) MarshalJSON() ([]byte, error) {
	at := time.Time(t)
	if at.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(at.UTC().Format(time.RFC3339))
}
