package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/cloud"
	"mooring/views"
)

// helpTopic answers a question that people search the help for.
type helpTopic struct {
	anchor, title string
	keywords      string // other words that people type for it; the page doesn't show them
	text          []string
	administrator []string // more paragraphs, for site administrators; without text, the topic is theirs alone
}

const (
	helpTopicsPath  = helpPath + "/questions"
	helpTopicsTitle = "Common questions"
)

// helpTopics are in the order of the page. In their paragraphs, **bold** is a
// label of the interface, and `code` is typed.
var helpTopics = []helpTopic{
	{
		anchor: "roles", title: "What can owners, members and viewers do?",
		keywords: "people roles role permission permissions rights access colleague colleagues user users team remove change",
		text: []string{
			"Each person in an organization has a role. A **Viewer** can list linked accounts and their status. A **Member** can also check and use them. An **Owner** can also link and unlink accounts, and manage the organization and its people.",
			"To see who belongs to an organization, open **Account info**, then **People**. Owners can change a role or remove a person there. If a role is marked **by the directory**, a group at your sign-in provider controls it: change the group there.",
			"You are always the owner of your personal account, and nobody else can belong to it. To share linked accounts, create an organization: open the account menu and choose **New organization**.",
		},
		administrator: []string{
			"As a site administrator, you can see, review, disable and unlink every linked account on this site, whatever your role in an organization. To make another person an administrator, open **Administration**, then **People**, choose the person, and then **Make administrator**.",
		},
	},
	{
		anchor: "invite", title: "How do I invite people to an organization?",
		keywords: "invite invitation invitations join add new user member colleague expired link mail email e-mail",
		text: []string{
			"You need to be an owner. Open **Account info**, then **People**. Under **Invite**, enter an e-mail address, choose a role, and choose **Invite**. If you leave the address empty, anyone with the link can join.",
			"An invitation works once, within seven days. If Mooring can't send mail, it shows you a link to pass on. To cancel an invitation, choose **Revoke** next to it.",
			"If your own invitation has expired or was already used, ask the person who invited you for a new one.",
		},
	},
	{
		anchor: "forgotten-password", title: "I forgot my password. How do I sign in?",
		keywords: "forgot forgotten password reset lost login log in sign-in locked out",
		text: []string{
			"On the sign-in page, choose **Forgot your password?** If this Mooring can send mail and has confirmed your address, you get a link to set a new password. The link works once, within 30 minutes.",
			"If you have a passkey or use a sign-in provider, you don't need the password. Choose that method on the sign-in page.",
			"Otherwise, ask the person who gave you access, or the operator of this Mooring.",
		},
		administrator: []string{
			"On the server, the operator can run `mooring people reset --email ADDRESS`. It gives the person a new password or a recovery code. It also removes their other sign-in methods, and ends their sessions and API keys.",
		},
	},
	{
		anchor: "lost-passkey", title: "I lost my phone or passkey. How do I sign in?",
		keywords: "lost phone device stolen security key passkey recovery code codes second step 2fa mfa two-factor authenticator locked out reset",
		text: []string{
			"Use one of the ten recovery codes that you saved when you added your first passkey. Sign in with your password or provider as usual, and then choose **Use a recovery code**. If the passkey was your only sign-in method, choose **I've lost my passkey** on the sign-in page.",
			"After you sign in, open **Security**, remove the lost passkey, and add a new one.",
			"If you have no recovery codes, ask the person who gave you access, or the operator of this Mooring, for a new code.",
		},
		administrator: []string{
			"On the server, the operator can run `mooring people reset --email ADDRESS` to get a recovery code for the person.",
		},
	},
	{
		anchor: "passkeys", title: "How do passkeys and recovery codes work?",
		keywords: "passkey passkeys webauthn fido fingerprint face pin second step 2fa mfa two-factor recovery code codes generate print",
		text: []string{
			"A passkey is stored on your device or security key, and you unlock it with your fingerprint, face or PIN. To add one, open **Security** and choose **Add passkey**. Signing in with a password or a provider then also requires your passkey.",
			"With your first passkey, you get ten recovery codes. Each can be used once in place of your passkey. Print them or store them in a password manager, but not on the device that has your passkey.",
			"To replace your codes, open **Security** and choose **Generate new codes**. The old codes then stop working.",
		},
	},
	{
		anchor: "api-keys", title: "How do I create an API key?",
		keywords: "api key keys token tokens bearer secret program script automation curl revoke rotate expired 401 unauthorized",
		text: []string{
			"Open **Account info**, then **API keys**, and choose **New API key**. Mooring shows the key only once, so copy it right away. Keep it in the environment of your program, not in its source code.",
			"A key acts on your behalf in one account, and expires after at most 366 days. It never has more permissions than you do.",
			"If a key no longer works, check whether it has expired. If a key may have leaked, choose **Revoke** next to it and create a new one.",
		},
	},
	{
		anchor: "new-certificate", title: "How do I replace a certificate before it expires?",
		keywords: "new certificate renew renewal rotate replace expire expires expired expiring certificate thumbprint move upload",
		text: []string{
			"You need to be an owner. Open a link and, under **Certificate**, choose **Make a new certificate**. Nothing stops working: each link uses its present certificate until you move it.",
			"Then, for each link, add the new certificate in the cloud next to the old one, and choose **Check and move**. Mooring moves the link only if the check with the new certificate passes.",
			"If the old certificate has already expired, do the same. The link works again after it has moved.",
		},
	},
	{
		anchor: "people-of-the-site", title: "How do I keep a person from signing in?",
		keywords: "disable block remove delete person people user account sessions leaver left offboard administrator administrators",
		administrator: []string{
			"Open **Administration**, then **People**, and choose the person. **End all sessions** signs them out everywhere. **Disable** also blocks their API keys and keeps them from signing in. What they linked stays.",
		},
	},
}

// paragraphs are those of a topic that a reader sees.
func (t helpTopic) paragraphs(administrator bool) []string {
	if administrator {
		return append(t.text[:len(t.text):len(t.text)], t.administrator...)
	}
	return t.text
}

// allTopics are the topics of Mooring, and then those of each cloud.
func allTopics(clouds []cloud.Cloud) []helpTopic {
	all := slices.Clone(helpTopics)
	for _, c := range clouds {
		answerer, ok := c.(cloud.Answerer)
		if !ok {
			continue
		}
		for _, q := range answerer.Questions() {
			all = append(all, helpTopic{anchor: q.Anchor, title: q.Title, keywords: q.Keywords, text: q.Text, administrator: q.Administrator})
		}
	}
	return all
}

// topicsFor lists the topics that concern a reader.
func (h *handlers) topicsFor(administrator bool) []helpTopic {
	var list []helpTopic
	for _, t := range h.topics {
		if len(t.paragraphs(administrator)) > 0 {
			list = append(list, t)
		}
	}
	return list
}

// isAdministrator reports whether a reader of the help is a site administrator.
// A visitor isn't, nor is anyone who still has to complete the second step.
func isAdministrator(c echo.Context) bool {
	caller, ok := callerOf(c)
	return ok && caller.Person.SiteAdmin && !caller.OwesSecondStep()
}

func (h *handlers) helpTopicsPage(c echo.Context) error {
	view := views.HelpTopics{Frame: h.helpFrame(c, helpTopicsTitle)}
	for _, t := range h.topicsFor(isAdministrator(c)) {
		topic := views.HelpTopic{Title: t.title, Anchor: t.anchor}
		for _, p := range t.paragraphs(isAdministrator(c)) {
			topic.Paragraphs = append(topic.Paragraphs, piecesOf(p))
		}
		view.Topics = append(view.Topics, topic)
		view.Contents = append(view.Contents, views.Heading{Text: t.title, Anchor: t.anchor})
	}
	return h.html(c, http.StatusOK, views.HelpTopicsPage(view))
}

// piecesOf splits a paragraph at its ** and `.
func piecesOf(paragraph string) []views.Piece {
	var pieces []views.Piece
	for i, bold := range strings.Split(paragraph, "**") {
		for j, code := range strings.Split(bold, "`") {
			if code != "" {
				pieces = append(pieces, views.Piece{Text: code, Label: i%2 == 1, Code: j%2 == 1})
			}
		}
	}
	return pieces
}

// plain is a paragraph without its marks.
func plain(paragraph string) string { return strings.NewReplacer("**", "", "`", "").Replace(paragraph) }
