package views

import (
	"net/url"
	"strconv"

	"mooring/register"
	"mooring/review"
)

// The addresses that pages link to. The table of routes begins its own with these.
const (
	LinkedAccountsPath = "/admin/linked-accounts"
	ConfirmPath        = LinkedAccountsPath + "/confirm"
	ReviewsPath        = "/admin/reviews"
	SchedulesPath      = ReviewsPath + "/schedules"
	JobsPath           = "/admin/jobs"
	IntakePath         = "/admin/intake"
	AuditLogPath       = "/admin/audit-log"
	PeoplePath         = "/admin/people"
	SettingsPath       = "/settings"
	SecurityPath       = SettingsPath + "/security"
	PasskeysPath       = SettingsPath + "/passkeys"
	SessionsPath       = SettingsPath + "/sessions"
	PasswordPath       = SettingsPath + "/password"
	IdentitiesPath     = SettingsPath + "/identities"
	OrganizationsPath  = "/organizations"
	HelpPath           = "/help"
	// NewOrganizationPath is where an organization is made.
	NewOrganizationPath = OrganizationsPath + "/new"
)

// WithQuery adds a query to a path that has none.
func WithQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// AccountPath begins the addresses of what belongs to an account.
func AccountPath(account string) string { return "/accounts/" + account }

// ProvidersPath is the list of an account's links.
func ProvidersPath(account string) string { return AccountPath(account) + "/cloud-providers" }

// CredentialsPath begins the addresses of an account's links to one provider.
func CredentialsPath(account, provider string) string {
	return ProvidersPath(account) + "/" + provider + "/credentials"
}

// CredentialPath is one link, as the people of its account see it.
func CredentialPath(account, provider, id string) string {
	return CredentialsPath(account, provider) + "/" + id
}

// AnswerPath is where an owner answers what reviews ask about a link. next is the page
// to come back to.
func AnswerPath(account, provider, id, next string) string {
	return WithNext(CredentialPath(account, provider, id)+"/answer", next)
}

// WithNext adds to a path where to go from there.
func WithNext(path, next string) string {
	if next == "/" || next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// StatusAsked is the choice of an account's list for what reviews ask about.
const StatusAsked = "asked"

// AskedPath is all that reviews ask the owners of an account.
func AskedPath(account string) string {
	return WithQuery(ProvidersPath(account), url.Values{"status": {StatusAsked}})
}

// ColleaguesPath is the people of an organization.
func ColleaguesPath(account string) string { return AccountPath(account) + "/people" }

// APIKeysPath is the API keys of an account.
func APIKeysPath(account string) string { return AccountPath(account) + "/api-keys" }

// CertificatesPath is the page of an account's certificates.
func CertificatesPath(account string) string { return AccountPath(account) + "/certificate" }

// NewCertificatePath asks before a new certificate is made.
func NewCertificatePath(account string) string { return CertificatesPath(account) + "/new" }

// CertificatePaths are where an account's current certificate is downloaded.
func CertificatePaths(account string) (cer, pem string) {
	return CertificatesPath(account) + ".cer", CertificatesPath(account) + ".pem"
}

// PublicKeyEnding is the end of the name of a file that has only a certificate's public
// key.
const PublicKeyEnding = ".public-key.pem"

// CertificateFile is where one certificate of an account is downloaded, the current
// one or an older one. ending is ".cer", ".pem" or PublicKeyEnding.
func CertificateFile(account, id, ending string) string {
	return AccountPath(account) + "/certificates/" + id + ending
}

// ErrorHelpPath is the list of a provider's error codes.
func ErrorHelpPath(provider string) string { return HelpPath + "/" + provider + "/errors" }

// LinkedAccountPath is one link, as administrators see it.
func LinkedAccountPath(id string) string { return LinkedAccountsPath + "/" + url.PathEscape(id) }

// LinkedAccountsAt is the list that a query gives, behind the row of a cursor, so
// that it can be sent to a colleague as it is seen.
func LinkedAccountsAt(q register.Query, after string) string {
	return WithQuery(LinkedAccountsPath, linkedQuery(q, after))
}

func linkedQuery(q register.Query, after string) url.Values {
	v := q.Values()
	if after != "" {
		v.Set("after", after)
	}
	return v
}

// JobPath is one job.
func JobPath(id string) string { return JobsPath + "/" + url.PathEscape(id) }

// PersonPath is one person, as administrators see them.
func PersonPath(id string) string { return PeoplePath + "/" + url.PathEscape(id) }

// AuditLogOf is the audit log of one thing, such as of a credential.
func AuditLogOf(name, value string) string { return WithQuery(AuditLogPath, url.Values{name: {value}}) }

// ReviewPath is one review.
func ReviewPath(id string) string { return ReviewsPath + "/" + url.PathEscape(id) }

// ReviewPart is a part of a review, behind the item with a number.
func ReviewPart(id, show string, after int64) string {
	query := url.Values{}
	if show != "" {
		query.Set("show", show)
	}
	if after > 0 {
		query.Set("after", strconv.FormatInt(after, 10))
	}
	return WithQuery(ReviewPath(id), query)
}

// EvidencePath downloads the evidence of a closed review.
func EvidencePath(reviewID string) string { return ReviewPath(reviewID) + "/evidence.zip" }

// QueuePath is a review's queue behind the item with a number. done is the credential
// that was decided there.
func QueuePath(reviewID string, after int64, done string) string {
	query := url.Values{}
	if after > 0 {
		query.Set("after", strconv.FormatInt(after, 10))
	}
	if done != "" {
		query.Set("done", done)
	}
	return WithQuery(ReviewPath(reviewID)+"/queue", query)
}

// QueueItemPath is one credential in the queue, with what somebody has begun to
// decide about it.
func QueueItemPath(reviewID, credentialID string, begun review.Decision) string {
	query := url.Values{"credential": {credentialID}}
	for name, value := range map[string]string{"decision": string(begun.Kind), "reason": begun.Reason} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return WithQuery(ReviewPath(reviewID)+"/queue", query)
}

// NewReviewPath is where a review of this selection is started, once or on a
// schedule. A schedule looks up what matches each time, so that it takes none
// one by one.
func NewReviewPath(s register.Selection, repeats bool) string {
	query := s.Values()
	if repeats {
		s.IDs, s.All = nil, true
		query = s.Values()
		query.Set("repeat", "yes")
	}
	return WithQuery(ReviewsPath+"/new", query)
}

// DraftFilePath is where the file is downloaded that a guide offers beside the authority
// of a link.
func DraftFilePath(account, provider, id string) string {
	return ProvidersPath(account) + "/" + provider + "/drafts/" + id + "/file"
}
