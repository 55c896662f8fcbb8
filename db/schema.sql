-- The whole database as it is after all migrations, for people to read. A test
-- holds it equal to what the migrations make.
--
-- Times are milliseconds since 1970 in UTC; 0 stands for "never". Ids come from
-- the program. Every table is STRICT, so that a column holds what it says.

PRAGMA application_id = 0x4d6f6f72; -- "Moor": tells our files from other SQLite databases

-- Who owns links: a person's own account, or an organization.
CREATE TABLE accounts (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE, -- as in the URL
    kind       TEXT NOT NULL CHECK (kind IN ('personal', 'organization')),
    created_at INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    require_second_step INTEGER NOT NULL DEFAULT 0 CHECK (require_second_step IN (0, 1)) -- who lacks a passkey is led to add one
) STRICT;

CREATE TABLE people (
    id                 TEXT PRIMARY KEY,
    email              TEXT NOT NULL COLLATE NOCASE UNIQUE,
    name               TEXT NOT NULL,
    password_hash      TEXT NOT NULL, -- argon2id, with its parameters; empty: no password
    site_admin         INTEGER NOT NULL CHECK (site_admin IN (0, 1)),
    theme              TEXT NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
    default_account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    created_at         INTEGER NOT NULL,
    time_zone          TEXT NOT NULL DEFAULT '', -- as in the IANA database; empty: UTC
    admin_by_group     INTEGER NOT NULL DEFAULT 0 CHECK (admin_by_group IN (0, 1)), -- a group made them site_admin
    disabled_at        INTEGER NOT NULL DEFAULT 0,
    last_sign_in_at    INTEGER NOT NULL DEFAULT 0,
    last_sign_in_address TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE memberships (
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
    by_group   INTEGER NOT NULL CHECK (by_group IN (0, 1)), -- a group of an identity gave it, and takes it again
    since      INTEGER NOT NULL,
    PRIMARY KEY (person_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_account ON memberships (account_id, role);

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY, -- SHA-256 of the cookie's token, so that a stolen database signs nobody in
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    way              TEXT NOT NULL DEFAULT 'password', -- or passkey, or the key of a sign-in provider
    proved_at        INTEGER NOT NULL DEFAULT 0, -- when the person last proved who they are
    second_step_at   INTEGER NOT NULL DEFAULT 0,
    previous_at      INTEGER NOT NULL DEFAULT 0, -- the sign-in before this one
    previous_address TEXT NOT NULL DEFAULT '',
    network          TEXT NOT NULL DEFAULT '' -- of address: all of it in IPv4, a /64 in IPv6
) STRICT;

CREATE INDEX sessions_by_person ON sessions (person_id, network);

-- WebAuthn credentials. There is nothing secret in them.
CREATE TABLE passkeys (
    id            TEXT PRIMARY KEY,
    person_id     TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE, -- by which the authenticator knows it
    name          TEXT NOT NULL,
    record        TEXT NOT NULL CHECK (json_valid(record)), -- public key, counter and flags
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX passkeys_by_person ON passkeys (person_id, created_at);

-- For a lost passkey. A row goes when its code is used.
CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL,
    PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;

-- Who a person is at a sign-in provider. The e-mail address only informs.
CREATE TABLE identities (
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    provider     TEXT NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    linked_at    INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_person ON identities (person_id, linked_at);

-- Browsers in which a person has signed in, by the hash of a cookie's value.
CREATE TABLE devices (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL,
    seen_at   INTEGER NOT NULL,
    PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;

-- What a person is told on the next page, until they dismiss it.
CREATE TABLE notices (
    id         INTEGER PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    count      INTEGER NOT NULL CHECK (count > 0),
    at         INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    made_in    TEXT REFERENCES sessions (id) ON UPDATE CASCADE ON DELETE SET NULL, -- the session that did it, and cannot dismiss it for others
    seen_there INTEGER NOT NULL DEFAULT 0 CHECK (seen_there IN (0, 1)) -- dismissed in that session
) STRICT;

CREATE INDEX notices_by_person ON notices (person_id, at);
CREATE INDEX notices_by_session ON notices (made_in);

-- Each lets one person join an organization, once: the row goes when it is used or revoked.
CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash       TEXT NOT NULL UNIQUE, -- of the token in the link
    role       TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
    email      TEXT NOT NULL COLLATE NOCASE, -- empty: for whoever has the link
    mailed     INTEGER NOT NULL CHECK (mailed IN (0, 1)), -- the link went to email and nowhere else
    created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_account ON invitations (account_id, created_at);

-- What limits how many invitations one person mails. The key is a hash, as for failed sign-ins.
CREATE TABLE mailed_invitations (
    sender_key TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX mailed_invitations_by_sender ON mailed_invitations (sender_key, at);

-- A key acts for a person in one account.
CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY, -- the public part of the key
    account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL, -- SHA-256 of the secret part
    scope        TEXT NOT NULL CHECK (scope IN ('read', 'write')),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    last_address TEXT NOT NULL
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_at);
CREATE INDEX api_keys_by_person ON api_keys (person_id);

-- What throttles guessing. The keys are hashes, so that the list holds no address.
CREATE TABLE sign_in_failures (
    email_key   TEXT NOT NULL,
    address_key TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_failures_by_email ON sign_in_failures (email_key, at, address_key);
CREATE INDEX sign_in_failures_by_address ON sign_in_failures (address_key, at);

-- The address under which the first administrator is made. There is one at a time.
CREATE TABLE set_up_link (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    hash       TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- The X.509 pair of each account. Older ones stay for the credentials that use them.
CREATE TABLE certificates (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    der        BLOB NOT NULL,
    sha1       TEXT NOT NULL, -- of der, as Azure's portal shows it; kept so that lists need not read der
    sealed_key BLOB NOT NULL, -- the private key, sealed for exactly this row
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, id)   -- what the foreign key of credentials points at
) STRICT;

CREATE UNIQUE INDEX certificates_active ON certificates (account_id) WHERE active = 1;

CREATE TABLE credentials (
    id                 TEXT PRIMARY KEY,
    account_id         TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider           TEXT NOT NULL,
    label              TEXT NOT NULL COLLATE NOCASE,
    environment        TEXT NOT NULL,
    method             TEXT NOT NULL,
    subscription_id    TEXT NOT NULL,
    tenant_id          TEXT NOT NULL, -- empty until it is found
    client_id          TEXT NOT NULL, -- empty for methods that need none
    certificate_id     TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('not-verified', 'connected', 'waiting', 'needs-attention', 'disabled')),
    version            INTEGER NOT NULL CHECK (version > 0), -- grows with every change a person makes
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
    -- both columns, so that no account can sign with another's certificate
    FOREIGN KEY (account_id, certificate_id) REFERENCES certificates (account_id, id)
) STRICT;

CREATE UNIQUE INDEX credentials_target ON credentials (account_id, provider, environment, subscription_id);
CREATE INDEX credentials_by_label ON credentials (account_id, provider, label, id);
CREATE INDEX credentials_due ON credentials (next_check_at) WHERE next_check_at > 0 AND state <> 'disabled';
CREATE INDEX credentials_asked ON credentials (next_check_at) WHERE next_check_at > 0 AND state <> 'disabled' AND next_trigger = 'person';

CREATE TABLE verifications (
    id            TEXT PRIMARY KEY,
    credential_id TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL, -- of the credential it looked at
    triggered_by  TEXT NOT NULL CHECK (triggered_by IN ('person', 'schedule', 'retry')),
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL, -- 0 while it runs
    outcome       TEXT NOT NULL CHECK (outcome IN ('', 'passed', 'still-copying', 'broken', 'could-not-check')),
    abandoned     INTEGER NOT NULL CHECK (abandoned IN (0, 1))
) STRICT;

CREATE INDEX verifications_by_start ON verifications (credential_id, started_at, id);
CREATE UNIQUE INDEX verifications_running ON verifications (credential_id) WHERE finished_at = 0;

-- The evidence: one row for each stage that was reached.
CREATE TABLE verification_results (
    verification_id TEXT NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL, -- from 1
    stage           TEXT NOT NULL,
    verdict         TEXT NOT NULL CHECK (verdict IN ('ok', 'waiting', 'failed', 'cannot-tell')),
    code            TEXT NOT NULL,
    said            TEXT NOT NULL,
    trace_id        TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    duration        INTEGER NOT NULL, -- nanoseconds
    PRIMARY KEY (verification_id, position)
) STRICT, WITHOUT ROWID;

-- Who did what. There are no foreign keys, because it outlives what it tells
-- of, and no list of actions, because that grows with the program.
CREATE TABLE audit (
    id            INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    actor_address TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    action        TEXT NOT NULL,
    account_id    TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    result        TEXT NOT NULL CHECK (result IN ('done', 'refused')),
    detail        TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_account ON audit (account_id, id);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit log only grows');
END;

-- A known value under the key ring: it tells whether a key file belongs to this database.
CREATE TABLE key_check (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sealed   BLOB NOT NULL
) STRICT;

-- Counted up to see whether the disk still takes writes.
CREATE TABLE heartbeat (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    beats    INTEGER NOT NULL
) STRICT;
