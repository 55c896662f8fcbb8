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

// LookingAt makes a page look at fewer entries, in smaller blocks.
func (l AuditLog) LookingAt(entries, block int) AuditLog {
	l.looks, l.blocks = entries, &auditTimes{entries: int64(block)}
	return l
}

// ReadingTimes makes a page read the times of fewer entries.
func (l AuditLog) ReadingTimes(entries int) AuditLog {
	l.timesRead = entries
	return l
}

// TimesKept is of how many blocks the times are in memory.
func (l AuditLog) TimesKept() int { return len(l.blocks.kept) }

// KnowingActors makes the list of actors that is looked at shorter.
func (l AuditLog) KnowingActors(actors int) AuditLog {
	l.actorsLookedAt = actors
	return l
}

// Queries are those that must not read a whole table.
var Queries = map[string]string{
	"credential by id":           credentialByID,
	"revocations due":            revocationsDue,
	"next revocation":            nextRevocation,
	"credential of any":          credentialOfAny,
	"person by reset":            personByReset,
	"recent resets":              recentResets,
	"verifications of any":       verificationsOfAny,
	"intake rules":               intakeRules,
	"stopped target":             stoppedTarget,
	"changes of a job":           changesOfJob,
	"undone change":              undoneChange,
	"still stopped":              stillStopped,
	"credentials of account":     credentialsOfAccount,
	"entries of account":         entriesOfAccount,
	"some of account":            someOfAccount,
	"credentials in account":     credentialsInAccount,
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
	"failures of a network":      failuresFrom,
	"failures to drop":           dropOldFailures,
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
	"audit head":                 auditHead,
	"audit entries of a block":   entriesBetween,
	"audit times of a block":     timesOfBlock,
	"audit numbers":              entryNumbers,
	"audit time of refusal":      newClue(timeOfRefusal, nil, nil).way,
	"audit time of action":       newClue(timeOfAction, nil, nil).way,
	"audit time of account":      newClue(timeOfAccount, nil, nil).way,
	"audit time of credential":   newClue(timeOfLink, nil, nil).way,
	"audit time of actor":        newClue(timeOfActor, nil, nil).way,
	"audit actors":               actorsLike,
	"audit actors of an id":      actorsOfID,
	"audit tail":                 auditTail,
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
	"unanswered of accounts":     unansweredOfAccounts,
	"unanswered about":           unansweredAbout,
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
