package db

import "database/sql"

// What tests look at from inside.

func (db *DB) Writer() *sql.DB  { return db.writer }
func (db *DB) Readers() *sql.DB { return db.readers.DB }

var Migrations = migrations

// Queries are those that must not read a whole table.
var Queries = map[string]string{
	"credential by id":           credentialByID,
	"credentials of account":     credentialsOfAccount,
	"credentials due":            credentialsDue,
	"credentials asked":          credentialsAsked,
	"next due":                   nextDue,
	"verifications":              verificationsOfCredential,
	"results of verifications":   resultsOfVerifications,
	"caller":                     callerBySession,
	"memberships":                membershipsOfPerson,
	"sessions of person":         sessionsOfPerson,
	"session from network":       sessionFromNetwork,
	"device of person":           deviceOfPerson,
	"mailed invitations":         mailedSince,
	"organizations owned":        organizationsOwned,
	"failures":                   failuresSince,
	"person by e-mail":           personByEmail,
	"person by identity":         personByIdentity,
	"identities of person":       identitiesOfPerson,
	"passkeys of person":         passkeysOfPerson,
	"passkey by credential":      passkeyByCredential,
	"recovery codes of person":   codesOfPerson,
	"notices of person":          noticesOfPerson,
	"half session":               halfSession,
	"organization by name":       organizationByName,
	"active certificate":         activeCertificate,
	"sealed certificate":         sealedCertificate,
	"audit of account":           auditOfAccount,
	"organization by id":         organizationByID,
	"colleagues":                 colleaguesOfAccount,
	"another owner":              anotherOwner,
	"invitation by hash":         invitationByHash,
	"invitations of account":     invitationsOfAccount,
	"people page":                peoplePage,
	"person row":                 personRowByID,
	"keys of account":            keysOfAccount,
	"held key":                   heldKey,
	"running ends before start":  `UPDATE verifications SET abandoned = 1 WHERE credential_id = ? AND finished_at = 0`,
	"running ends after restart": `UPDATE verifications SET abandoned = 1 WHERE finished_at = 0`,
}
