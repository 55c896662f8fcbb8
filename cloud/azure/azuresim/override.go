package azuresim

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// override is an error that somebody chose in the portal: what the services
// answer at one stage of a check of one subscription, until it is cleared. It
// never changes, so that copies of a subscription may share it.
type override struct {
	form       overrideForm // as typed, trimmed
	stage      string
	effect     effect
	code       string // that is sent, for effectError
	reason     string
	state      string // for effectState
	status     int
	retryAfter int // in seconds; 0: what is usual for the status
}

// overrideForm is what somebody typed.
type overrideForm struct{ stage, code, reason, status, retryAfter string }

// The stages of a check, as cloud/azure names them. Those of the classic method
// have a prefix, because their requests go elsewhere.
const (
	atDirectory    = "directory"
	atSignIn       = "sign-in"
	atSubscription = "subscription"
	atState        = "state"
	atRights       = "rights"
	atProviders    = "providers"
	atClassic      = "classic-subscription"
	atClassicState = "classic-state"
)

type checkStage struct{ key, name string }

// appStages and classicStages list the stages of both methods in their order.
func appStages() []checkStage {
	return []checkStage{
		{atDirectory, "Find the directory"},
		{atSignIn, "Sign in"},
		{atSubscription, "Open the subscription"},
		{atState, "Subscription status"},
		{atRights, "Permissions"},
		{atProviders, "Resource providers"},
	}
}

func classicStages() []checkStage {
	return []checkStage{
		{atClassic, "Open the subscription with the certificate"},
		{atClassicState, "Subscription status"},
	}
}

// stageName names a stage where its method is not said beside it.
func stageName(key string) string {
	for _, s := range classicStages() {
		if s.key == key {
			return s.name + " (classic)"
		}
	}
	for _, s := range appStages() {
		if s.key == key {
			return s.name
		}
	}
	return key
}

// effect is how an override is brought about. Those after effectElsewhere change
// a good answer; the others replace it.
type effect int

const (
	effectError       effect = iota // the code, in the shape of the service
	effectHangUp                    // the connection is closed
	effectSilence                   // nothing, until the client gives up
	effectPage                      // a page for people
	effectNoWords                   // a status without a body
	effectNoChallenge               // a refusal that names no directory
	effectClaims                    // a challenge that no sign-in meets
	effectUnreached                 // the request never arrives: see Simulator.Trouble

	effectElsewhere         // the directory signs people in at another Azure cloud
	effectForeign           // the answer leads to a host outside Azure
	effectOtherDirectory    // the subscription belongs to another directory
	effectOtherSubscription // the answer describes another subscription
	effectState             // the subscription has another state
	effectNotRegistered     // the resource providers are not registered
)

// foreignHost and the two IDs exist nowhere.
const foreignHost = "https://azure.example"

var (
	otherSubscription = sceneID("0f", 1)
	otherDirectory    = sceneID("0f", 2)
)

// conclusion is a code that no service sends: Mooring concludes it from what
// happens at one of the stages.
type conclusion struct {
	effect effect
	stages []string
}

// asking are the stages that send requests of their own.
var asking = []string{atDirectory, atSignIn, atSubscription, atRights, atProviders, atClassic}

// conclusions are by their codes in lower case.
var conclusions = map[string]conclusion{
	"noanswer":                {effectHangUp, asking},
	"timedout":                {effectSilence, asking},
	"unexpectedanswer":        {effectPage, append(slices.Clone(asking), atState)},
	"refused":                 {effectNoWords, asking},
	"foreignhost":             {effectForeign, []string{atDirectory}},
	"rightsunreadable":        {effectForeign, []string{atRights}},
	"directorynotfound":       {effectNoChallenge, []string{atDirectory}},
	"directoryinanothercloud": {effectElsewhere, []string{atDirectory}},
	"directorymismatch":       {effectOtherDirectory, []string{atSubscription}},
	"othersubscription":       {effectOtherSubscription, []string{atSubscription, atClassic}},
	"insufficientclaims":      {effectClaims, []string{atSubscription, atRights, atProviders}},
	"rightsunknown":           {effectError, []string{atRights, atProviders}},
	"subscriptiondeleted":     {effectState, []string{atState, atClassicState}},

	"namenotfound":                {effectUnreached, asking},
	"certificatenottrusted":       {effectUnreached, asking},
	"proxyrefused":                {effectUnreached, asking},
	"proxyauthenticationrequired": {effectUnreached, asking},
}

const (
	maxCode       = 100 // characters
	maxReason     = 200 // characters
	maxRetryAfter = 24 * 60 * 60
)

var (
	codeForm  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	entraForm = regexp.MustCompile(`(?i)^AADSTS([1-9][0-9]{3,8})$`)
)

// parseOverride reads what somebody typed for a subscription that has the
// classic method or not.
func parseOverride(form overrideForm, classic bool) (*override, error) {
	form = overrideForm{form.stage, strings.TrimSpace(form.code), strings.TrimSpace(form.reason), strings.TrimSpace(form.status), strings.TrimSpace(form.retryAfter)}
	stages := appStages()
	if classic {
		stages = append(stages, classicStages()...)
	}
	switch {
	case !slices.ContainsFunc(stages, func(s checkStage) bool { return s.key == form.stage }):
		return nil, refuse("Choose a stage.")
	case form.code == "":
		return nil, refuse("Enter a code, such as AADSTS700016 or AuthorizationFailed.")
	case len(form.code) > maxCode || !codeForm.MatchString(form.code):
		return nil, refuse("A code is made of letters and digits, begins with a letter, and has at most %d characters.", maxCode)
	case utf8.RuneCountInString(form.reason) > maxReason || !printable(form.reason):
		return nil, refuse("A reason has at most %d characters, all of them printable.", maxReason)
	}
	o := &override{form: form, stage: form.stage, code: form.code, reason: form.reason}
	if err := o.choose(); err != nil {
		return nil, err
	}
	return o, o.readNumbers()
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// choose finds the effect that leads to the code at the stage.
func (o *override) choose() error {
	lower := strings.ToLower(o.code)
	c, own := conclusions[lower]
	switch {
	case own && !slices.Contains(c.stages, o.stage):
		return refuse("An answer at this stage can't lead to %s. Choose the stage %s.", o.code, stageNames(c.stages))
	case o.stage == atState || o.stage == atClassicState:
		return o.chooseState(lower)
	case own:
		if o.effect = c.effect; lower == "rightsunknown" {
			o.code = "AuthorizationFailed"
		}
		return nil
	case o.stage == atProviders && lower == "missingsubscriptionregistration":
		o.effect = effectNotRegistered
		return nil
	}
	entra := entraForm.MatchString(o.code)
	switch {
	case strings.HasPrefix(lower, "aadsts") && !entra:
		return refuse("After AADSTS comes a number of 4 to 9 digits, such as in AADSTS700016.")
	case entra && o.stage != atDirectory && o.stage != atSignIn:
		return refuse("Codes that begin with AADSTS come from the directory service. Choose the stage %s.", stageNames([]string{atDirectory, atSignIn}))
	case !entra && o.stage == atSignIn:
		if lower != "serviceunavailable" && lower != "toomanyrequests" {
			return refuse("At this stage, the directory service answers. Its codes begin with AADSTS, such as AADSTS700016.")
		}
		o.effect = effectPage // of what stands before it
	}
	return nil
}

// chooseState reads a state of
// https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states.
func (o *override) chooseState(lower string) error {
	o.effect = effectState
	if lower == "unexpectedanswer" {
		return nil // there is none
	}
	for _, state := range []string{"Disabled", "Deleted", "Expired", "Warned", "PastDue"} {
		if strings.TrimPrefix(lower, "subscription") == strings.ToLower(state) {
			o.state = state
			return nil
		}
	}
	return refuse("At this stage, the answer is a state. Enter SubscriptionDisabled, SubscriptionDeleted, Expired, Warned or PastDue.")
}

// stageNames lists stages for a sentence.
func stageNames(keys []string) string {
	var names []string
	for _, key := range keys {
		names = append(names, strconv.Quote(stageName(key)))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return strings.Join(names, "")
}

// readNumbers reads the status and the pause, where the effect has them, and
// refuses what would have no effect.
func (o *override) readNumbers() error {
	form := o.form
	var err error
	if o.reason != "" && o.effect != effectError {
		return refuse("No reason is sent with %s at this stage. Leave it empty.", form.code)
	}
	if o.effect != effectError && o.effect != effectPage && o.effect != effectNoWords {
		if form.status != "" || form.retryAfter != "" {
			return refuse("The HTTP status and Retry-After are fixed for %s at this stage. Leave them empty.", form.code)
		}
		return nil
	}
	if o.status = o.usualStatus(); form.status != "" {
		if o.status, err = strconv.Atoi(form.status); err != nil || !o.allows(o.status) {
			return refuse("The HTTP status for %s at this stage is %s.", form.code, o.allowedStatuses())
		}
	}
	if form.retryAfter != "" {
		if o.retryAfter, err = strconv.Atoi(form.retryAfter); err != nil || o.retryAfter < 1 || o.retryAfter > maxRetryAfter {
			return refuse("Retry-After is a number of seconds from 1 to %d.", maxRetryAfter)
		}
	}
	return nil
}

func (o *override) allows(status int) bool {
	switch o.effect {
	case effectNoWords:
		return status == http.StatusUnauthorized || status == http.StatusForbidden
	case effectPage:
		return status == http.StatusOK || status >= 300 && status <= 599 && status != http.StatusNotModified
	}
	return status >= 400 && status <= 599
}

func (o *override) allowedStatuses() string {
	switch o.effect {
	case effectNoWords:
		return "401 or 403"
	case effectPage:
		return "200, or from 300 to 599 and not 304"
	}
	return "from 400 to 599"
}

func (o *override) usualStatus() int {
	switch {
	case o.effect == effectNoWords:
		return http.StatusForbidden
	case strings.EqualFold(o.code, "UnexpectedAnswer"):
		return http.StatusOK
	}
	if entraForm.MatchString(o.code) {
		status, _ := entraKind(o.entraNumber())
		return status
	}
	return armStatus(o.code)
}

func (o *override) entraNumber() int {
	n, _ := strconv.Atoi(entraForm.FindStringSubmatch(o.code)[1])
	return n
}

// entraKind is the usual status and OAuth's word for a code of the directory
// service.
func entraKind(code int) (status int, word string) {
	switch code {
	case 50012, 50013, 70021, 500133, 700021, 700023, 700024, 700025, 700027, 700030, 700211, 700213,
		1000502, 5002738, 7000214, 7000215, 7000216, 7000218, 7000222, 7000229, 7002138, 7002381:
		return 401, "invalid_client"
	case 700016, 700038, 7000112:
		return 400, "unauthorized_client"
	case 53003, 53005, 530032, 530035:
		return 400, "access_denied"
	case 500011, 500014:
		return 400, "invalid_resource"
	case 90002:
		return 400, "invalid_tenant"
	case 50049:
		return 400, "invalid_instance"
	case 50196:
		return 400, "invalid_grant"
	case 90006, 90024, 90055:
		return 400, "temporarily_unavailable"
	case 50033, 90012, 90033:
		return 503, "temporarily_unavailable"
	}
	return 400, "invalid_request"
}

// armStatus is the usual status of a code of the resource manager or of the
// classic endpoint.
func armStatus(code string) int {
	switch strings.ToLower(code) {
	case "authenticationfailed", "authenticationfailedmissingtoken", "invalidauthenticationtoken", "invalidauthenticationtokentenant",
		"invalidauthenticationtokenaudience", "expiredauthenticationtoken", "locationconditionevaluationsatisfied":
		return 401
	case "authorizationfailed", "denyassignmentauthorizationfailed", "linkedauthorizationfailed", "requestdisallowedbypolicy",
		"subscriptiondisabled", "disabledsubscription", "forbiddenerror":
		return 403
	case "subscriptionnotfound", "resourcegroupnotfound", "resourcenotfound", "imagenotfound":
		return 404
	case "invalidsubscriptionid", "invalidsubscriptionregistrationstate", "noregisteredproviderfound", "missingorincorrectversionheader":
		return 400
	case "toomanyrequests", "subscriptionrequeststhrottled":
		return 429
	case "internalerror", "operationtimedout":
		return 500
	case "serverbusy", "serviceunavailable":
		return 503
	}
	return 409
}

// isAt tells whether the override is for this stage and replaces its answer.
func (o *override) isAt(stage string) bool {
	return o != nil && o.stage == stage && o.effect < effectElsewhere
}

// has tells whether the override is for one of these stages and changes a good
// answer in this way.
func (o *override) has(e effect, stages ...string) bool {
	return o != nil && o.effect == e && slices.Contains(stages, o.stage)
}

// inDirectory tells whether it is the directory service that answers, and not
// the challenge that names the directory.
func (o *override) inDirectory() bool {
	return o.stage == atSignIn || o.effect >= effectElsewhere || o.effect == effectError && entraForm.MatchString(o.code)
}

// reply is the answer in place of a good one. words is an error in the shape of
// the service that answers.
func (o *override) reply(words func(status int, code, text string) reply) reply {
	var a reply
	switch o.effect {
	case effectHangUp, effectUnreached:
		a = newReply(http.StatusBadGateway, "text/plain; charset=utf-8", nil)
		a.hangUp = true
	case effectSilence:
		a = newReply(http.StatusGatewayTimeout, "text/plain; charset=utf-8", nil)
		a.silent = true
	case effectPage:
		a = o.page()
	case effectNoWords:
		a = newReply(o.status, "application/json; charset=utf-8", nil)
	case effectNoChallenge:
		a = arm(http.StatusUnauthorized, "AuthenticationFailed", "Authentication failed.").reply()
	case effectClaims:
		claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`))
		a = arm(http.StatusUnauthorized, "InvalidAuthenticationToken", "The access token doesn't have the claims that a policy asks for.").reply().
			with("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+claims+`"`)
	default:
		a = words(o.status, o.code, o.text())
	}
	if o.retryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(o.retryAfter))
	}
	return a
}

// page is what a proxy, or the front door of a service, shows to people.
func (o *override) page() reply {
	page := "<!DOCTYPE html>\n<title>Harbor network</title>\n<p>A page for people, where a program asked.</p>\n"
	a := newReply(o.status, "text/html; charset=utf-8", []byte(page))
	if o.status >= 300 && o.status < 400 {
		a.header.Set("Location", foreignHost+"/")
	}
	return a
}

// text is what Azure says with the code.
func (o *override) text() string {
	const because = "The simulated Azure answers with this code because somebody chose it in the portal."
	switch {
	case o.reason == "":
		return because
	case entraForm.MatchString(o.code):
		return because + " [Reason - " + entraReason(o.reason) + "]"
	}
	return because + " Reason: " + o.reason
}

// entraReason puts a reason as the directory service does. A reason in a word, as
// Mooring's list of codes has it, becomes the sentence that it is read from.
func entraReason(reason string) string {
	if strings.EqualFold(reason, "expired") {
		return "The key used is expired."
	}
	return reason
}

// setOverride has a subscription answer with an error from now on.
func (w *world) setOverride(subscriptionID string, form overrideForm) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(subscriptionID)
	if err != nil {
		return err
	}
	o, err := parseOverride(form, s.environment.classic)
	if err == nil {
		s.override = o
	}
	return err
}

// clearOverride has a subscription answer as it used to.
func (w *world) clearOverride(subscriptionID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(subscriptionID)
	switch {
	case err != nil:
		return err
	case s.override == nil:
		return refuse("The error is cleared already.")
	}
	s.override = nil
	return nil
}

// directoryOverride finds what the directory service has to answer in one
// directory, because of any subscription that belongs to it.
func (w *world) directoryOverride(e environment, tenant, stage string) *override {
	id, _ := parseGUID(tenant)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.subscriptions {
		o := s.override
		if o != nil && o.stage == stage && o.inDirectory() && s.environment.name == e.name && (s.directory.id == id || s.advertised == id) {
			return o
		}
	}
	return nil
}

// overridden is the subscription as a good answer describes it.
func (s *subscription) overridden(stages ...string) *subscription {
	described := *s
	switch o := s.override; {
	case o.has(effectState, stages...):
		described.state = o.state
	case o.has(effectOtherDirectory, stages...):
		described.directory = &directory{id: otherDirectory}
	case o.has(effectOtherSubscription, stages...):
		described.id = otherSubscription
	}
	return &described
}
