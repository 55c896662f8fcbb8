package azuresim

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func formOf(stage, code string, others ...string) url.Values {
	form := url.Values{"stage": {stage}, "code": {code}}
	for i := 0; i+1 < len(others); i += 2 {
		form.Set(others[i], others[i+1])
	}
	return form
}

// override chooses an error for a scene, as a person does.
func (s *stage) override(row Scripted, stage, code string, others ...string) {
	s.t.Helper()
	a := s.submit("/subscriptions/"+row.SubscriptionID+"/error-answer", formOf(stage, code, others...))
	if want := "/subscriptions/" + row.SubscriptionID + "#error-answer"; a.status != http.StatusSeeOther || a.header.Get("Location") != want {
		s.t.Fatalf("%s at %s: %d %q", code, stage, a.status, a.alerted())
	}
}

// asks sends the requests of one stage of a check.
func (s *stage) asks(row Scripted, stage string) answered {
	s.t.Helper()
	a, err := s.tries(s.t.Context(), row, stage)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stage) tries(ctx context.Context, row Scripted, stage string) (answered, error) {
	s.t.Helper()
	address := s.Endpoints(row.Environment).ResourceManager + "/subscriptions/" + row.SubscriptionID
	const version = "?api-version=2022-12-01"
	switch stage {
	case "discovery":
		return s.try(ctx, "GET", s.Endpoints(row.Environment).Authority+"/"+row.TenantID+"/v2.0/.well-known/openid-configuration", "", "", nil)
	case atDirectory:
		return s.try(ctx, "GET", address+version, "", "", nil)
	case atSignIn:
		_, a := s.signIn(ours(), row.Environment, row.TenantID, row.ClientID)
		return a, nil
	case atClassic:
		mine := ours()
		return s.askClassic(&mine, "GET", "/"+row.SubscriptionID, "2014-10-01"), nil
	}
	path := map[string]string{
		atSubscription: "", atState: "", atRights: "/providers/Microsoft.Authorization/permissions", atProviders: "/providers/microsoft.compute",
	}[stage]
	token, a := s.signIn(ours(), row.Environment, row.TenantID, row.ClientID)
	if token == "" {
		s.t.Fatal(a.body)
	}
	return s.try(ctx, "GET", address+path+version, "", "", bearer(token))
}

func newTrustingStage(t *testing.T) (*stage, Scripted) {
	t.Helper()
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	row := scriptedAs(t, "Tide Tables")
	if err := s.UploadManagementCertificate(row.SubscriptionID, ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	return s, row
}

// TestChosenErrorsHaveTheShapeOfTheService looks at what goes over the wire.
func TestChosenErrorsHaveTheShapeOfTheService(t *testing.T) {
	s, row := newTrustingStage(t)

	s.override(row, atSignIn, "aadsts700027", "reason", "expired")
	a := s.asks(row, atSignIn)
	var e entraBody
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatal(err)
	}
	if a.status != 401 || e.Error != "invalid_client" || len(e.Codes) != 1 || e.Codes[0] != 700027 || e.TraceID == "" || e.TraceID != a.header.Get("x-ms-request-id") ||
		!strings.HasPrefix(e.Description, "AADSTS700027: ") || !strings.Contains(e.Description, "[Reason - The key used is expired.] Trace ID: "+e.TraceID) {
		t.Errorf("at sign-in: %d %+v", a.status, e)
	}
	if a := s.asks(row, "discovery"); a.status != 200 {
		t.Errorf("the directory itself: %d", a.status)
	}

	s.override(row, atSignIn, "AADSTS90024", "status", "503", "retry_after", "300")
	if a := s.asks(row, atSignIn); a.status != 503 || a.header.Get("Retry-After") != "300" || a.entraCode() != 90024 || !strings.Contains(a.body, "temporarily_unavailable") {
		t.Errorf("with a status and a pause: %d %q %s", a.status, a.header.Get("Retry-After"), a.body)
	}

	s.override(row, atDirectory, "AADSTS90002")
	if a := s.asks(row, "discovery"); a.status != 400 || a.entraCode() != 90002 {
		t.Errorf("in discovery: %d %s", a.status, a.body)
	}
	if a := s.asks(row, atDirectory); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), row.TenantID) {
		t.Errorf("the challenge before it: %d %q", a.status, a.header.Get("WWW-Authenticate"))
	}

	s.override(row, atDirectory, "DirectoryNotFound")
	if a := s.asks(row, atDirectory); a.status != 401 || a.header.Get("WWW-Authenticate") != "" || a.errorCode() != "AuthenticationFailed" {
		t.Errorf("a challenge without a directory: %d %v %s", a.status, a.header, a.body)
	}
	s.override(row, atDirectory, "DirectoryInAnotherCloud")
	if a := s.asks(row, "discovery"); a.status != 200 || !strings.Contains(a.body, `"token_endpoint":"`+s.Endpoints("usgov").Authority+"/") {
		t.Errorf("a directory of another cloud: %d %s", a.status, a.body)
	}
	s.override(row, atDirectory, "ForeignHost")
	if a := s.asks(row, "discovery"); a.status != 200 || !strings.Contains(a.body, `"token_endpoint":"`+foreignHost+"/") {
		t.Errorf("a foreign sign-in: %d %s", a.status, a.body)
	}

	for code, status := range map[string]int{
		"AuthorizationFailed": 403, "SubscriptionNotFound": 404, "SkuNotAvailable": 409, "InvalidSubscriptionId": 400, "InternalError": 500, "TideTurned": 409,
	} {
		s.override(row, atSubscription, code, "reason", "the <tide>")
		if a := s.asks(row, atSubscription); a.status != status || a.errorCode() != code || !strings.Contains(html.UnescapeString(a.body), "Reason: the ") {
			t.Errorf("%s: %d %s", code, a.status, a.body)
		}
	}
	if a := s.asks(row, atRights); a.status != 200 {
		t.Errorf("another stage: %d", a.status)
	}
	other := scriptedAs(t, "Dry Dock")
	if a := s.asks(other, atSubscription); a.status != 200 {
		t.Errorf("another subscription: %d", a.status)
	}
	s.override(row, atSubscription, "TooManyRequests")
	if a := s.asks(row, atSubscription); a.status != 429 || a.header.Get("Retry-After") != "30" {
		t.Errorf("throttled: %d %q", a.status, a.header.Get("Retry-After"))
	}
	s.override(row, atSubscription, "InsufficientClaims")
	if a := s.asks(row, atSubscription); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), `error="insufficient_claims"`) {
		t.Errorf("a claims challenge: %d %v", a.status, a.header)
	}
	s.override(row, atSubscription, "UnexpectedAnswer", "status", "307")
	if a := s.asks(row, atSubscription); a.status != 307 || a.header.Get("Location") != foreignHost+"/" {
		t.Errorf("a redirect: %d %v", a.status, a.header)
	}
	s.override(row, atSubscription, "Refused", "status", "401")
	if a := s.asks(row, atSubscription); a.status != 401 || a.body != "" {
		t.Errorf("no words: %d %q", a.status, a.body)
	}
	s.override(row, atRights, "RightsUnreadable")
	if a := s.asks(row, atRights); a.status != 200 || !strings.Contains(a.body, `"nextLink":"`+foreignHost) {
		t.Errorf("a page that is elsewhere: %d %s", a.status, a.body)
	}
	s.override(row, atProviders, "MissingSubscriptionRegistration")
	if a := s.asks(row, atProviders); a.status != 200 || !strings.Contains(a.body, `"registrationState":"NotRegistered"`) {
		t.Errorf("a provider: %d %s", a.status, a.body)
	}
	for code, state := range map[string]string{"SubscriptionDisabled": "Disabled", "expired": "Expired", "UnexpectedAnswer": ""} {
		s.override(row, atState, code)
		if a := s.asks(row, atState); a.status != 200 || !strings.Contains(a.body, `"state":"`+state+`"`) {
			t.Errorf("the state of %s: %d %s", code, a.status, a.body)
		}
	}

	s.override(row, atClassic, "ResourceNotFound")
	a = s.asks(row, atClassic)
	var x classicError
	if err := xml.Unmarshal([]byte(a.body), &x); err != nil || a.status != 404 || x.Code != "ResourceNotFound" || x.Message == "" {
		t.Errorf("classic: %d %s, %v", a.status, a.body, err)
	}
	s.override(row, atClassicState, "SubscriptionDeleted")
	if a := s.asks(row, atClassic); a.status != 200 || !strings.Contains(a.body, "<SubscriptionStatus>Deleted</SubscriptionStatus>") {
		t.Errorf("the classic state: %d %s", a.status, a.body)
	}
}

func TestAChosenErrorCanBeNoAnswer(t *testing.T) {
	s, row := newTrustingStage(t)
	for _, stage := range []string{atDirectory, atSubscription, atRights, atProviders} {
		s.override(row, stage, "NoAnswer")
		if a, err := s.tries(t.Context(), row, stage); err == nil {
			t.Errorf("%s: %d %s", stage, a.status, a.body)
		}
		s.override(row, stage, "TimedOut")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if a, err := s.tries(ctx, row, stage); !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil { // whoever sees first that time is over
			t.Errorf("%s: %d %s, %v", stage, a.status, a.body, err)
		}
		cancel()
	}
}

// TestPortalSaysWhatIsAnswered follows an error from the form to its end.
func TestPortalSaysWhatIsAnswered(t *testing.T) {
	s, row := newTrustingStage(t)
	path := "/subscriptions/" + row.SubscriptionID
	const now = "Sign in is answered with AADSTS90024."
	if page := s.open(path).body; !strings.Contains(page, "No error is chosen.") || strings.Contains(page, "/error-answer/delete") {
		t.Error("at first, the page does not say that nothing is chosen")
	}
	s.override(row, atSignIn, "AADSTS90024", "reason", "the <tide>", "retry_after", "300")
	page := s.open(path).body
	for _, want := range []string{
		"<strong>Sign in</strong> is answered with <strong>AADSTS90024</strong>, reason “the &lt;tide&gt;”, Retry-After 300.",
		`<option value="sign-in" selected>`, `value="AADSTS90024"`, `value="the &lt;tide&gt;"`, `value="300"`, now,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, list := range []string{"/stories", "/subscriptions"} {
		if page := s.open(list).body; strings.Count(page, now) != 1 || !strings.Contains(page, `href="`+path+`#error-answer"`) {
			t.Errorf("%s does not say what is answered", list)
		}
	}
	s.press(path, "/error-answer")
	if a := s.asks(row, atSignIn); a.status != 200 || strings.Contains(s.open(path).body, now) {
		t.Errorf("after clearing it: %d", a.status)
	}
}

// TestPortalLeadsToTheErrors opens the link of the stories.
func TestPortalLeadsToTheErrors(t *testing.T) {
	s := newStage(t)
	link := regexp.MustCompile(`href="([^"#]*)#error-answer">([^<]*)<`)
	for _, from := range []string{"/stories", "/subscriptions/" + workingSubscription} {
		found := link.FindStringSubmatch(s.open(from).body)
		if found == nil {
			t.Fatalf("%s leads nowhere", from)
		}
		if page := s.open(found[1]); page.status != 200 || !strings.Contains(page.body, "<h1>"+found[2]+"</h1>") || !strings.Contains(page.body, `id="error-answer"`) {
			t.Errorf("%s: %s leads to %d", from, found[2], page.status)
		}
	}
}

// TestEveryFieldOfTheErrorFormHasALabel also holds the hints to their fields.
func TestEveryFieldOfTheErrorFormHasALabel(t *testing.T) {
	s := newStage(t)
	_, form, _ := strings.Cut(s.open("/subscriptions/"+workingSubscription).body, `id="error-answer"`)
	form, _, _ = strings.Cut(form, "</section>")
	fields := regexp.MustCompile(`<(?:input|select) id="([^"]*)"`).FindAllStringSubmatch(form, -1)
	for _, field := range fields {
		if !strings.Contains(form, `<label for="`+field[1]+`">`) {
			t.Errorf("%s has no label", field[1])
		}
	}
	hints := regexp.MustCompile(`aria-describedby="([^"]*)"`).FindAllStringSubmatch(form, -1)
	for _, hint := range hints {
		if !strings.Contains(form, `id="`+hint[1]+`"`) {
			t.Errorf("there is no hint %s", hint[1])
		}
	}
	if len(fields) != 5 || len(hints) != 4 {
		t.Errorf("%d fields and %d hints", len(fields), len(hints))
	}
}

func TestPortalRefusesErrorsThatCannotBe(t *testing.T) {
	s, row := newTrustingStage(t)
	path := "/subscriptions/" + row.SubscriptionID
	s.override(row, atSignIn, "AADSTS700016")
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"nothing":                       {url.Values{}, "Choose a stage"},
		"no stage":                      {formOf("", "AADSTS700016"), "Choose a stage"},
		"another stage":                 {formOf("machines", "AADSTS700016"), "Choose a stage"},
		"no code":                       {formOf(atSignIn, " "), "Enter a code"},
		"a sentence":                    {formOf(atSignIn, "the tide is out"), "letters and digits"},
		"markup":                        {formOf(atSubscription, "<b>"), "letters and digits"},
		"a long code":                   {formOf(atSubscription, strings.Repeat("x", 101)), "100 characters"},
		"a long reason":                 {formOf(atSubscription, "Conflict", "reason", strings.Repeat("ü", 201)), "200 characters"},
		"an unprintable reason":         {formOf(atSubscription, "Conflict", "reason", "a\x00b"), "printable"},
		"a reason that isn't text":      {formOf(atSubscription, "Conflict", "reason", "a\xff"), "printable"},
		"no number":                     {formOf(atSignIn, "AADSTS"), "4 to 9 digits"},
		"a long number":                 {formOf(atSignIn, "AADSTS9999999999"), "4 to 9 digits"},
		"a zero before":                 {formOf(atSignIn, "AADSTS0700016"), "4 to 9 digits"},
		"another's code":                {formOf(atSubscription, "AADSTS700016"), `"Find the directory" or "Sign in"`},
		"no code of the directory":      {formOf(atSignIn, "Conflict"), "begin with AADSTS"},
		"a conclusion elsewhere":        {formOf(atSignIn, "DirectoryMismatch"), `"Open the subscription"`},
		"no answer is no state":         {formOf(atState, "NoAnswer"), "can't lead to NoAnswer"},
		"no state":                      {formOf(atState, "Conflict"), "the answer is a state"},
		"a state of the classic way":    {formOf(atClassicState, "UnexpectedAnswer"), "can't lead to"},
		"a proxy that answers":          {formOf(atSignIn, "proxyrefused", "status", "403"), "Leave them empty"},
		"a status that is well":         {formOf(atSubscription, "Conflict", "status", "200"), "from 400 to 599"},
		"a status that is none":         {formOf(atSubscription, "Conflict", "status", "many"), "from 400 to 599"},
		"a page without a body":         {formOf(atSubscription, "UnexpectedAnswer", "status", "304"), "not 304"},
		"a status of no refusal":        {formOf(atSubscription, "Refused", "status", "404"), "401 or 403"},
		"a status of silence":           {formOf(atSubscription, "TimedOut", "status", "504"), "Leave them empty"},
		"a pause of silence":            {formOf(atSubscription, "TimedOut", "retry_after", "5"), "Leave them empty"},
		"a reason for silence":          {formOf(atSubscription, "TimedOut", "reason", "calm"), "Leave it empty"},
		"a pause that is none":          {formOf(atSubscription, "Conflict", "retry_after", "soon"), "number of seconds"},
		"a pause of more than a day":    {formOf(atSubscription, "Conflict", "retry_after", "86401"), "number of seconds"},
		"a pause of less than a second": {formOf(atSubscription, "Conflict", "retry_after", "0"), "number of seconds"},
	} {
		a := s.submit(path+"/error-answer", c.form)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.alerted(), c.want) {
			t.Errorf("%s: %d %q, want %q", name, a.status, a.alerted(), c.want)
		}
		shown := html.UnescapeString(a.body)
		for field, typed := range c.form {
			if field != "stage" && printable(typed[0]) && !strings.Contains(shown, `name="`+field+`" value="`+typed[0]+`"`) {
				t.Errorf("%s: %s lost %q", name, field, typed[0])
			}
		}
	}
	if a := s.submit(path+"/error-answer", formOf(atRights, "Conflict!")); !strings.Contains(a.body, `<option value="rights" selected>`) {
		t.Error("the stage is lost")
	}
	if a := s.asks(row, atSignIn); a.entraCode() != 700016 {
		t.Errorf("what was chosen before is lost: %s", a.body)
	}
	potomac := scriptedAs(t, "Potomac")
	if a := s.submit("/subscriptions/"+potomac.SubscriptionID+"/error-answer", formOf(atClassic, "ServerBusy")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a classic stage without the classic method: %d", a.status)
	}
	for _, part := range []string{"/error-answer", "/error-answer/delete"} {
		if a := s.submit("/subscriptions/x"+part, formOf(atSignIn, "AADSTS700016")); a.status != 404 {
			t.Errorf("an unknown subscription: %d", a.status)
		}
		header := http.Header{"Origin": {"https://elsewhere.example"}, "Sec-Fetch-Site": {"cross-site"}}
		if a := s.do("POST", s.PortalURL()+path+part, "application/x-www-form-urlencoded", formOf(atSignIn, "AADSTS700016").Encode(), header); a.status != http.StatusForbidden {
			t.Errorf("from another site: %d", a.status)
		}
	}
}

func TestPortalSuggestsCodes(t *testing.T) {
	s, err := Start(Options{Now: func() time.Time { return noon }, Codes: []string{"AADSTS700016", "ProxyRefused"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := &stage{Simulator: s, t: t, http: http.DefaultClient}
	page := client.open("/subscriptions/" + workingSubscription).body
	if !strings.Contains(page, `<option value="AADSTS700016">`) || !strings.Contains(page, `<option value="ProxyRefused">`) {
		t.Error("it does not suggest every code")
	}
}

func TestTroubleConcernsOneStageOfOneSubscription(t *testing.T) {
	s, row := newTrustingStage(t)
	own := "/subscriptions/" + row.SubscriptionID
	for stage, path := range map[string]string{
		atDirectory: own, atSignIn: "/" + row.TenantID + "/oauth2/v2.0/token", atSubscription: own, atClassic: "/" + row.SubscriptionID,
		atRights: own + "/providers/Microsoft.Authorization/permissions", atProviders: own + "/providers/Microsoft.Compute",
	} {
		s.override(row, stage, "NameNotFound")
		trouble := func(path string) string {
			r, err := http.NewRequest(http.MethodGet, "https://azure.example"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if stage != atDirectory {
				r.Header.Set("Authorization", "Bearer token")
			}
			return s.Trouble(r)
		}
		if got := trouble(path); got != "NameNotFound" {
			t.Errorf("%s: %s has the trouble %q", stage, path, got)
		}
		for _, other := range []string{"/", own + "/resourceGroups", strings.Replace(path, "0", "1", 1)} {
			if got := trouble(other); got != "" && other != path {
				t.Errorf("%s: %s has the trouble %q", stage, other, got)
			}
		}
	}
	s.override(row, atSubscription, "NoAnswer")
	r, err := http.NewRequest(http.MethodGet, "https://azure.example"+own, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Trouble(r); got != "" {
		t.Errorf("what a server brings about is the trouble %q", got)
	}
}
