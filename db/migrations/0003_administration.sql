-- What administrators see and say about credentials. The tables are made anew
-- because the list of states grows and because every list and search of all
-- credentials goes by a number that VACUUM leaves alone.

ALTER TABLE verification_results RENAME TO verification_results_old;
ALTER TABLE verifications RENAME TO verifications_old;
ALTER TABLE credentials RENAME TO credentials_old;

CREATE TABLE credentials (
    number             INTEGER PRIMARY KEY,
    id                 TEXT NOT NULL UNIQUE,
    account_id         TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider           TEXT NOT NULL,
    label              TEXT NOT NULL COLLATE NOCASE,
    environment        TEXT NOT NULL,
    method             TEXT NOT NULL,
    subscription_id    TEXT NOT NULL,
    tenant_id          TEXT NOT NULL,
    client_id          TEXT NOT NULL,
    certificate_id     TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('not-verified', 'connected', 'waiting', 'needs-attention', 'disabled', 'stopped', 'pending-approval')),
    version            INTEGER NOT NULL CHECK (version > 0),
    subscription_name  TEXT NOT NULL,
    rights             TEXT NOT NULL CHECK (json_valid(rights)),
    created_by         TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at         INTEGER NOT NULL,
    fresh_from         INTEGER NOT NULL,
    last_checked_at    INTEGER NOT NULL,
    could_not_check_at INTEGER NOT NULL,
    attempts           INTEGER NOT NULL CHECK (attempts >= 0),
    next_check_at      INTEGER NOT NULL,
    next_trigger       TEXT    NOT NULL CHECK (next_trigger IN ('', 'person', 'schedule', 'retry')),
    status             TEXT NOT NULL CHECK (status IN ('pending-approval', 'not-verified', 'waiting', 'connected', 'expiring', 'needs-attention', 'disabled')),
    expires_at         INTEGER NOT NULL,
    reason             TEXT NOT NULL DEFAULT '',
    decided_by         TEXT REFERENCES people (id) ON DELETE SET NULL,
    decided_at         INTEGER NOT NULL DEFAULT 0,
    approved_rights    TEXT NOT NULL DEFAULT '' CHECK (approved_rights = '' OR json_valid(approved_rights)),
    reviewed_at        INTEGER NOT NULL DEFAULT 0,
    reviewed_by        TEXT REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY (account_id, certificate_id) REFERENCES certificates (account_id, id)
) STRICT;

INSERT INTO credentials (id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id,
       certificate_id, state, version, subscription_name, rights, created_by, created_at, fresh_from, last_checked_at,
       could_not_check_at, attempts, next_check_at, next_trigger, status, expires_at)
SELECT c.id, c.account_id, c.provider, c.label, c.environment, c.method, c.subscription_id, c.tenant_id, c.client_id,
       c.certificate_id, c.state, c.version, c.subscription_name, c.rights, c.created_by, c.created_at, c.fresh_from, c.last_checked_at,
       c.could_not_check_at, c.attempts, c.next_check_at, c.next_trigger, c.state, k.not_after
  FROM credentials_old c
  JOIN certificates k ON k.id = c.certificate_id
 ORDER BY c.created_at, c.id;

CREATE TABLE verifications (
    id            TEXT PRIMARY KEY,
    credential_id TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL,
    triggered_by  TEXT NOT NULL CHECK (triggered_by IN ('person', 'schedule', 'retry')),
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('', 'passed', 'still-copying', 'broken', 'could-not-check')),
    abandoned     INTEGER NOT NULL CHECK (abandoned IN (0, 1))
) STRICT;

INSERT INTO verifications SELECT * FROM verifications_old;

CREATE TABLE verification_results (
    verification_id TEXT NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,
    stage           TEXT NOT NULL,
    verdict         TEXT NOT NULL CHECK (verdict IN ('ok', 'waiting', 'failed', 'cannot-tell')),
    code            TEXT NOT NULL,
    said            TEXT NOT NULL,
    trace_id        TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    duration        INTEGER NOT NULL,
    PRIMARY KEY (verification_id, position)
) STRICT, WITHOUT ROWID;

INSERT INTO verification_results SELECT * FROM verification_results_old;

DROP TABLE verification_results_old;
DROP TABLE verifications_old;
DROP TABLE credentials_old;

CREATE UNIQUE INDEX credentials_target ON credentials (account_id, provider, environment, subscription_id);
CREATE INDEX credentials_by_label ON credentials (account_id, provider, label, id);
CREATE INDEX credentials_due ON credentials (next_check_at) WHERE next_check_at > 0 AND state NOT IN ('disabled', 'stopped', 'pending-approval');
CREATE INDEX credentials_asked ON credentials (next_check_at) WHERE next_check_at > 0 AND state NOT IN ('disabled', 'stopped', 'pending-approval') AND next_trigger = 'person';
CREATE INDEX verifications_by_start ON verifications (credential_id, started_at, id);
CREATE UNIQUE INDEX verifications_running ON verifications (credential_id) WHERE finished_at = 0;

-- What administrators let in, as JSON.
CREATE TABLE intake_policy (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    rules    TEXT NOT NULL CHECK (json_valid(rules)),
    version  INTEGER NOT NULL CHECK (version > 0)
) STRICT;

-- What an administrator stopped, in whichever account: linked or changed there
-- or anywhere else, it needs an approval. It outlives the link and its account.
CREATE TABLE stopped_targets (
    provider        TEXT NOT NULL,
    environment     TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    reason          TEXT NOT NULL,
    PRIMARY KEY (provider, environment, subscription_id)
) STRICT, WITHOUT ROWID;
