package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/audit"
)

// What tests look at from inside.

func (db *DB) Writer() *sql.DB  { return db.writer }
func (db *DB) Readers() *sql.DB { return db.readers.DB }

var Migrations = migrations

// WriteAll is writeAll.
func (db *DB) WriteAll(ctx context.Context, entries []audit.Entry, work func(tx *sql.Tx) error) error {
	return db.writeAll(ctx, entries, work)
}

// LookingAt makes a page look at fewer entries.
func (l AuditLog) LookingAt(entries int) AuditLog {
	l.looks = entries
	return l
}

// KnowingActors makes the list of actors that is looked at shorter.
func (l AuditLog) KnowingActors(actors int) AuditLog {
	l.actorsLookedAt = actors
	return l
}

// Queries are those that must not read a whole table.
var Queries = map[string]string{
	"credential by id":           credentialByID,
	"credential of any":          credentialOfAny,
	"verifications of any":       verificationsOfAny,
	"intake rules":               intakeRules,
	"stopped target":             stoppedTarget,
	"credentials of account":     credentialsOfAccount,
	"credentials due":            credentialsDue,
	"credentials asked":          credentialsAsked,
	"credentials beyond":         credentialsBeyond,
	"credentials in turn":        credentialsInTurn,
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
	"audit head":                 auditHead,
	"audit by time":              entrySource{way: byEntryTime}.query(),
	"audit by refusal":           entrySource{way: byRefusal}.query(),
	"audit by action":            entrySource{way: byEntryAction}.query(),
	"audit by account":           entrySource{way: byEntryAccount}.query(),
	"audit by credential":        entrySource{way: byEntryCredential}.query(),
	"audit by actor":             entrySource{way: byEntryActor}.query(),
	"audit edge by time":         entrySource{way: byEntryTime}.edge(),
	"audit edge by refusal":      entrySource{way: byRefusal}.edge(),
	"audit edge by action":       entrySource{way: byEntryAction}.edge(),
	"audit edge by account":      entrySource{way: byEntryAccount}.edge(),
	"audit edge by credential":   entrySource{way: byEntryCredential}.edge(),
	"audit edge by actor":        entrySource{way: byEntryActor}.edge(),
	"audit actors":               actorsLike,
	"audit actors of an id":      actorsOfID,
	"audit tail":                 auditTail,
	"audit of credential":        auditOfCredential,
	"audit entries":              entriesAfter,
	"audit checkpoints":          checkpointsAfter,
	"audit last checkpoint":      lastCheckpoint,
	"audit unsent":               unsentCheckpoints,
	"verification edges":         verificationEdges,
	"old verification":           oldVerification,
	"organization by id":         organizationByID,
	"colleagues":                 colleaguesOfAccount,
	"another owner":              anotherOwner,
	"invitation by hash":         invitationByHash,
	"invitations of account":     invitationsOfAccount,
	"people page":                peoplePage,
	"person row":                 personRowByID,
	"keys of account":            keysOfAccount,
	"held key":                   heldKey,
	"job by id":                  jobByID,
	"latest jobs":                jobsLatest,
	"open jobs":                  jobsOpen,
	"failures of job":            failuresOfJob,
	"old jobs":                   jobsTooOld,
	"administers":                administers,
	"review by id":               reviewByID,
	"reviews":                    reviewsLatest,
	"reviews gathering":          reviewsGathering,
	"reviews overdue":            reviewsOverdue,
	"reviews not sealed":         unsealedReviews,
	"seal of review":             sealOfReview,
	"shared by two reviewers":    sharedByTwo,
	"administrators":             administrators,
	"items of review":            itemsOfReview,
	"items in stage":             itemsInStage,
	"items decided":              itemsDecided,
	"item of credential":         itemOfCredential,
	"item by number":             itemByNumber,
	"next open item":             nextOpenItem,
	"reviews of credential":      pastOfCredential,
	"questions of credential":    questionsOfCredential,
	"credentials by id":          credentialsByID,
	"accounts of credentials":    accountsOfTheirs,
	"schedules":                  schedulesThatGoOn,
	"schedules due":              schedulesDue,
	"running ends before start":  `UPDATE verifications SET abandoned = 1 WHERE credential_id = ? AND finished_at = 0`,
	"running ends after restart": `UPDATE verifications SET abandoned = 1 WHERE finished_at = 0`,
}

// Understand is understand.
var Understand = understand

// SetClock has the time of day pass only when the test says so. It begins behind
// all that was stored so far.
func (db *DB) SetClock(now func() time.Time) { db.condition.now = now }
