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
    last_sign_in_address TEXT NOT NULL DEFAULT '',
    email_proved       INTEGER NOT NULL DEFAULT 0 CHECK (email_proved IN (0, 1)) -- by a mailed invitation that they accepted, or by a sign-in provider
) STRICT;

CREATE INDEX people_administrators ON people (name, id) WHERE site_admin = 1 AND disabled_at = 0;

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

-- Links in mail by which somebody who forgot their password sets another one.
CREATE TABLE password_resets (
    hash       TEXT PRIMARY KEY, -- of the token in the link
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX password_resets_by_person ON password_resets (person_id, created_at);

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
    authority_id TEXT REFERENCES authorities (id) ON DELETE CASCADE, -- that issued it; NULL: it is the account's own
    destroyed_at INTEGER NOT NULL DEFAULT 0, -- of its private key, when nothing signs with it any more; 0: it is there
    UNIQUE (account_id, id)   -- what the foreign key of credentials points at
) STRICT;

-- The certificate authority of a link, for clouds that trust an authority and let the
-- certificate under it change. Until its link is saved it is the draft of whoever opened
-- the form, so that a command which they have run stays good.
CREATE TABLE authorities (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider      TEXT NOT NULL,
    link_name     TEXT NOT NULL UNIQUE, -- in its certificates, in commands and in the cloud's own log
    person_id     TEXT REFERENCES people (id) ON DELETE SET NULL, -- whose draft it is
    credential_id TEXT UNIQUE REFERENCES credentials (id) ON DELETE CASCADE, -- its link; NULL: it is a draft
    der           BLOB NOT NULL,
    sealed_key    BLOB NOT NULL, -- the private key, sealed for exactly this row; it goes with the link
    not_before    INTEGER NOT NULL,
    not_after     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX authorities_drafts ON authorities (account_id, provider, person_id) WHERE credential_id IS NULL;

CREATE INDEX certificates_by_authority ON certificates (authority_id) WHERE authority_id IS NOT NULL;
CREATE UNIQUE INDEX certificates_active ON certificates (account_id) WHERE active = 1;

CREATE TABLE credentials (
    number             INTEGER PRIMARY KEY, -- grows; what all lists and searches of administrators go by
    id                 TEXT NOT NULL UNIQUE,
    account_id         TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider           TEXT NOT NULL,
    label              TEXT NOT NULL COLLATE NOCASE,
    environment        TEXT NOT NULL,
    method             TEXT NOT NULL,
    cloud_account      TEXT NOT NULL, -- what is linked: the ID of a subscription, an account, a project
    cloud_parent       TEXT NOT NULL, -- what that belongs to; empty until it is found, or where there is nothing
    principal          TEXT NOT NULL, -- who signs in there; empty where the certificate says it
    certificate_id     TEXT, -- NULL: the method needs none
    state              TEXT NOT NULL CHECK (state IN ('not-verified', 'connected', 'waiting', 'needs-attention', 'disabled', 'stopped', 'pending-approval')),
    version            INTEGER NOT NULL CHECK (version > 0), -- grows with every change a person makes
    cloud_account_name TEXT NOT NULL, -- what the cloud calls it
    rights             TEXT NOT NULL CHECK (json_valid(rights)),
    created_by         TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at         INTEGER NOT NULL,
    fresh_from         INTEGER NOT NULL,
    last_checked_at    INTEGER NOT NULL,
    could_not_check_at INTEGER NOT NULL,
    attempts           INTEGER NOT NULL CHECK (attempts >= 0),
    next_check_at      INTEGER NOT NULL,
    next_trigger       TEXT    NOT NULL CHECK (next_trigger IN ('', 'person', 'schedule', 'retry')),
    expires_at         INTEGER NOT NULL, -- of the certificate; without one, the last moment of the year 9999
    reason             TEXT NOT NULL DEFAULT '', -- why it is stopped, or waits for approval
    decided_by         TEXT REFERENCES people (id) ON DELETE SET NULL, -- the administrator who stopped or approved it
    decided_at         INTEGER NOT NULL DEFAULT 0,
    approved_rights    TEXT NOT NULL DEFAULT '' CHECK (approved_rights = '' OR json_valid(approved_rights)), -- keys; empty: nobody approved it
    reviewed_at        INTEGER NOT NULL DEFAULT 0,
    reviewed_by        TEXT REFERENCES people (id) ON DELETE SET NULL,
    -- what people read; follows from state, expires_at, last_checked_at, rights, warnings and the time
    status             TEXT NOT NULL DEFAULT 'not-verified' CHECK (status IN ('pending-approval', 'not-verified', 'waiting', 'connected', 'expiring', 'warning', 'needs-attention', 'disabled')),
    repeats            INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0), -- checks that ended like the one before since the audit log's last entry
    repeats_from       INTEGER NOT NULL DEFAULT 0, -- when the first of these ended; 0: there are none
    warnings           TEXT NOT NULL DEFAULT '' CHECK (warnings = '' OR json_valid(warnings)), -- keys of what the cloud reports about a link that works; empty: none
    trial_certificate_id TEXT NOT NULL DEFAULT '', -- that the next check tries; empty: none
    sign_in            TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(sign_in)), -- what else the method asks for, by field
    stranger           TEXT NOT NULL DEFAULT '' CHECK (stranger IN ('', 'refused', 'let-in')), -- what its cloud did with a name that it was never told; empty: nobody knows
    cloud_account_alias TEXT NOT NULL DEFAULT '', -- another ID of what is linked, that people search for
    -- both columns, so that no account can sign with another's certificate
    FOREIGN KEY (account_id, certificate_id) REFERENCES certificates (account_id, id)
) STRICT;

CREATE UNIQUE INDEX credentials_target ON credentials (account_id, provider, environment, cloud_account, method, principal);
CREATE INDEX credentials_by_label ON credentials (account_id, provider, label, id);
CREATE INDEX credentials_due ON credentials (next_check_at) WHERE next_check_at > 0 AND state NOT IN ('disabled', 'stopped', 'pending-approval');
CREATE INDEX credentials_asked ON credentials (next_check_at) WHERE next_check_at > 0 AND state NOT IN ('disabled', 'stopped', 'pending-approval') AND next_trigger = 'person';

-- What administrators let in, as JSON.
CREATE TABLE intake_policy (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    rules    TEXT NOT NULL CHECK (json_valid(rules)),
    version  INTEGER NOT NULL CHECK (version > 0)
) STRICT;

-- What an administrator stopped, in whichever account: linked or changed there
-- or anywhere else, it needs an approval. It outlives the link and its account.
CREATE TABLE stopped_targets (
    provider      TEXT NOT NULL,
    environment   TEXT NOT NULL,
    cloud_account TEXT NOT NULL,
    reason        TEXT NOT NULL,
    PRIMARY KEY (provider, environment, cloud_account)
) STRICT, WITHOUT ROWID;

CREATE TABLE verifications (
    id            TEXT PRIMARY KEY,
    credential_id TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL, -- of the credential it looked at
    triggered_by  TEXT NOT NULL CHECK (triggered_by IN ('person', 'schedule', 'retry')),
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL, -- 0 while it runs
    outcome       TEXT NOT NULL CHECK (outcome IN ('', 'passed', 'still-copying', 'broken', 'could-not-check')),
    abandoned     INTEGER NOT NULL CHECK (abandoned IN (0, 1)),
    times         INTEGER NOT NULL DEFAULT 1 CHECK (times > 0), -- how many runs in a row ended like this one
    first_at      INTEGER NOT NULL DEFAULT 0, -- when the first of them started; 0: it is this one
    certificate_id TEXT NOT NULL DEFAULT '' -- that it signed with; empty: it ran before this was kept
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
-- of, and no list of actions, because that grows with the program. Entries are
-- a chain: docs/audit-log.md says what is in a digest and in a mark.
CREATE TABLE audit (
    id            INTEGER PRIMARY KEY, -- from 1, without gaps
    at            INTEGER NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    actor_address TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    action        TEXT NOT NULL,
    account_id    TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    result        TEXT NOT NULL CHECK (result IN ('done', 'refused')),
    detail        TEXT NOT NULL,
    actor_key     TEXT NOT NULL DEFAULT '', -- the API key that acted for the actor
    changes       TEXT NOT NULL DEFAULT '' CHECK (changes = '' OR json_valid(changes)), -- values before and after
    digest        BLOB NOT NULL DEFAULT x'', -- SHA-256 over the digest before it and all of the entry
    mark          BLOB NOT NULL DEFAULT x''  -- the id of a key of the ring, and the HMAC of the digest with what is derived from it
) STRICT;

CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor_id, actor_name, at);
CREATE INDEX audit_by_action ON audit (action, at);
CREATE INDEX audit_by_account ON audit (account_id, at);
CREATE INDEX audit_by_credential ON audit (credential_id, at) WHERE credential_id <> '';
CREATE INDEX audit_refused ON audit (at) WHERE result = 'refused';

-- Where the log ends, so that entries cannot be cut off its end unseen.
CREATE TABLE audit_head (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    number      INTEGER NOT NULL, -- of the last entry
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    checkpoints INTEGER NOT NULL, -- how many were made
    segments    INTEGER NOT NULL, -- how many were sealed
    mark        BLOB NOT NULL CHECK (length(mark) = 36)
) STRICT;

-- Signed statements that the log had this digest at this entry.
CREATE TABLE audit_checkpoints (
    number    INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    entry     INTEGER NOT NULL,
    digest    BLOB NOT NULL CHECK (length(digest) = 32),
    previous  BLOB NOT NULL CHECK (length(previous) = 32), -- digest of the checkpoint before it
    key       TEXT NOT NULL, -- fingerprint of the public key
    signature BLOB NOT NULL
) STRICT;

-- What was taken out of the log when it was old enough, and archived.
CREATE TABLE audit_segments (
    number      INTEGER PRIMARY KEY,
    first_entry INTEGER NOT NULL,
    last_entry  INTEGER NOT NULL CHECK (last_entry >= first_entry),
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    before      BLOB NOT NULL CHECK (length(before) = 32), -- digest of the entry before it
    digest      BLOB NOT NULL CHECK (length(digest) = 32), -- of its last entry
    restores    TEXT NOT NULL CHECK (json_valid(restores)), -- the entries among them that tell of a restored backup, as [[number, at], ...]
    at          INTEGER NOT NULL, -- when it was sealed
    key         TEXT NOT NULL,
    signature   BLOB NOT NULL
) STRICT;

-- The last checkpoint that each place outside has got.
CREATE TABLE audit_sinks (
    sink       TEXT PRIMARY KEY,
    checkpoint INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What keys of this Mooring say of each other, for when one has gone from the key file.
CREATE TABLE audit_keys (
    public    BLOB NOT NULL,
    key       TEXT NOT NULL, -- fingerprint of the one that vouches for it
    signature BLOB NOT NULL,
    PRIMARY KEY (public, key)
) STRICT, WITHOUT ROWID;

-- Only entries from before there was a chain have no digest, and get one once.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit WHEN old.digest <> x''
BEGIN
    SELECT raise(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
WHEN old.id > coalesce((SELECT last_entry FROM audit_segments ORDER BY number DESC LIMIT 1), 0)
BEGIN
    SELECT raise(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_is_a_chain BEFORE INSERT ON audit WHEN length(new.digest) <> 32 OR length(new.mark) <> 36
BEGIN
    SELECT raise(ABORT, 'an entry of the audit log needs its digest and its mark');
END;

CREATE TRIGGER audit_checkpoints_never_change BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT raise(ABORT, 'the checkpoints of the audit log only grow');
END;

CREATE TRIGGER audit_checkpoints_never_shrink BEFORE DELETE ON audit_checkpoints
BEGIN
    SELECT raise(ABORT, 'the checkpoints of the audit log only grow');
END;

CREATE TRIGGER audit_segments_never_change BEFORE UPDATE ON audit_segments
BEGIN
    SELECT raise(ABORT, 'the segments of the audit log only grow');
END;

CREATE TRIGGER audit_segments_never_shrink BEFORE DELETE ON audit_segments
BEGIN
    SELECT raise(ABORT, 'the segments of the audit log only grow');
END;

-- What keeps the administrators' list of all linked accounts fast: indexes for
-- every order and filter, counters, and indexes of the texts that are searched.

-- These hold all that is filtered by, so that what does not match is passed
-- over without a look at its row.
CREATE INDEX register_label ON credentials (label, number, status, provider, account_id, reviewed_at, last_checked_at, expires_at);
CREATE INDEX register_checked ON credentials (last_checked_at, number, status, provider, account_id, reviewed_at, expires_at);
CREATE INDEX register_expires ON credentials (expires_at, number, status, provider, account_id, reviewed_at, last_checked_at);
CREATE INDEX register_reviewed ON credentials (reviewed_at, number, status, provider, account_id, last_checked_at, expires_at);
CREATE INDEX register_account_label ON credentials (account_id, label, number, status, provider, reviewed_at, last_checked_at, expires_at);

-- These serve one filter and one order.
CREATE INDEX register_account_checked ON credentials (account_id, last_checked_at);
CREATE INDEX register_account_expires ON credentials (account_id, expires_at);
CREATE INDEX register_status_label ON credentials (status, label);
CREATE INDEX register_status_checked ON credentials (status, last_checked_at);
CREATE INDEX register_status_expires ON credentials (status, expires_at);
CREATE INDEX register_provider_label ON credentials (provider, label);
CREATE INDEX register_provider_checked ON credentials (provider, last_checked_at);
CREATE INDEX register_provider_expires ON credentials (provider, expires_at);
CREATE INDEX register_never_label ON credentials (label) WHERE reviewed_at = 0;
CREATE INDEX register_never_checked ON credentials (last_checked_at) WHERE reviewed_at = 0;
CREATE INDEX register_never_expires ON credentials (expires_at) WHERE reviewed_at = 0;

-- These serve searches.
CREATE INDEX register_account ON credentials (account_id);
CREATE INDEX register_person ON credentials (created_by);
CREATE INDEX register_cloud_account ON credentials (cloud_account COLLATE NOCASE);
CREATE INDEX register_cloud_account_alias ON credentials (cloud_account_alias COLLATE NOCASE) WHERE cloud_account_alias <> '';

-- Totals, so that nothing has to be counted. Triggers keep them.
CREATE TABLE register_counts (
    what  TEXT NOT NULL CHECK (what IN ('all', 'status', 'provider', 'never-reviewed')),
    key   TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0),
    PRIMARY KEY (what, key)
) STRICT, WITHOUT ROWID;

-- Accounts and people that link something. A copy of their names is here, so
-- that those with nothing are not in the way, and under a number, because the
-- index of texts goes by numbers.
CREATE TABLE register_accounts (
    number     INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL UNIQUE,
    total      INTEGER NOT NULL CHECK (total >= 0)
) STRICT;

CREATE TABLE register_people (
    number    INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    email     TEXT NOT NULL COLLATE NOCASE UNIQUE,
    total     INTEGER NOT NULL CHECK (total >= 0)
) STRICT;

-- What is searched, in pieces of three letters. The rowid of a linked account
-- is its number below zero: read upwards, which is the fast way, the newest
-- comes first. Where in a text a piece is, is not kept: who asks looks at what
-- was found.
CREATE VIRTUAL TABLE register_texts USING fts5 (label, cloud_account_name, cloud_account,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram');

CREATE VIRTUAL TABLE register_account_texts USING fts5 (name, content = '', contentless_delete = 1, tokenize = 'trigram');

CREATE VIRTUAL TABLE register_person_texts USING fts5 (name, email, content = '', contentless_delete = 1, tokenize = 'trigram');

CREATE TRIGGER register_linked AFTER INSERT ON credentials
BEGIN
    INSERT INTO register_counts (what, key, total)
    VALUES ('all', '', 1), ('status', new.status, 1), ('provider', new.provider, 1), ('never-reviewed', '', new.reviewed_at = 0)
        ON CONFLICT DO UPDATE SET total = total + excluded.total;
    INSERT INTO register_accounts (account_id, name, total)
    SELECT id, name, 1 FROM accounts WHERE id = new.account_id
        ON CONFLICT (account_id) DO UPDATE SET total = total + 1;
    INSERT INTO register_people (person_id, name, email, total)
    SELECT id, name, email, 1 FROM people WHERE id = new.created_by
        ON CONFLICT (person_id) DO UPDATE SET total = total + 1;
    INSERT INTO register_texts (rowid, label, cloud_account_name, cloud_account)
    VALUES (-new.number, new.label, new.cloud_account_name, new.cloud_account);
END;

CREATE TRIGGER register_unlinked AFTER DELETE ON credentials
BEGIN
    UPDATE register_counts SET total = total - 1
     WHERE (what, key) IN (VALUES ('all', ''), ('status', old.status), ('provider', old.provider));
    UPDATE register_counts SET total = total - 1 WHERE what = 'never-reviewed' AND old.reviewed_at = 0;
    UPDATE register_accounts SET total = total - 1 WHERE account_id = old.account_id;
    DELETE FROM register_accounts WHERE account_id = old.account_id AND total = 0;
    UPDATE register_people SET total = total - 1 WHERE person_id = old.created_by;
    DELETE FROM register_people WHERE person_id = old.created_by AND total = 0;
    DELETE FROM register_texts WHERE rowid = -old.number;
END;

CREATE TRIGGER register_status_changed AFTER UPDATE OF status ON credentials WHEN new.status <> old.status
BEGIN
    UPDATE register_counts SET total = total - 1 WHERE what = 'status' AND key = old.status;
    INSERT INTO register_counts (what, key, total) VALUES ('status', new.status, 1)
        ON CONFLICT DO UPDATE SET total = total + 1;
END;

CREATE TRIGGER register_reviewed_changed AFTER UPDATE OF reviewed_at ON credentials
WHEN (new.reviewed_at = 0) <> (old.reviewed_at = 0)
BEGIN
    UPDATE register_counts SET total = total + (new.reviewed_at = 0) - (old.reviewed_at = 0) WHERE what = 'never-reviewed';
END;

CREATE TRIGGER register_person_changed AFTER UPDATE OF created_by ON credentials WHEN new.created_by IS NOT old.created_by
BEGIN
    UPDATE register_people SET total = total - 1 WHERE person_id = old.created_by;
    DELETE FROM register_people WHERE person_id = old.created_by AND total = 0;
    INSERT INTO register_people (person_id, name, email, total)
    SELECT id, name, email, 1 FROM people WHERE id = new.created_by
        ON CONFLICT (person_id) DO UPDATE SET total = total + 1;
END;

CREATE TRIGGER register_texts_changed AFTER UPDATE OF label, cloud_account_name, cloud_account ON credentials
WHEN new.label <> old.label COLLATE BINARY OR new.cloud_account_name <> old.cloud_account_name OR new.cloud_account <> old.cloud_account
BEGIN
    DELETE FROM register_texts WHERE rowid = -old.number;
    INSERT INTO register_texts (rowid, label, cloud_account_name, cloud_account)
    VALUES (-new.number, new.label, new.cloud_account_name, new.cloud_account);
END;

CREATE TRIGGER credentials_stay BEFORE UPDATE OF number, account_id, provider ON credentials
WHEN new.number <> old.number OR new.account_id <> old.account_id OR new.provider <> old.provider
BEGIN
    SELECT raise(ABORT, 'a credential stays with its account and its provider');
END;

CREATE TRIGGER register_account_added AFTER INSERT ON register_accounts
BEGIN
    INSERT INTO register_account_texts (rowid, name) VALUES (new.number, new.name);
END;

CREATE TRIGGER register_account_removed AFTER DELETE ON register_accounts
BEGIN
    DELETE FROM register_account_texts WHERE rowid = old.number;
END;

CREATE TRIGGER register_account_renamed AFTER UPDATE OF name ON accounts WHEN new.name <> old.name
BEGIN
    DELETE FROM register_account_texts WHERE rowid = (SELECT number FROM register_accounts WHERE account_id = new.id);
    UPDATE register_accounts SET name = new.name WHERE account_id = new.id;
    INSERT INTO register_account_texts (rowid, name) SELECT number, name FROM register_accounts WHERE account_id = new.id;
END;

CREATE TRIGGER register_person_added AFTER INSERT ON register_people
BEGIN
    INSERT INTO register_person_texts (rowid, name, email) VALUES (new.number, new.name, new.email);
END;

CREATE TRIGGER register_person_removed AFTER DELETE ON register_people
BEGIN
    DELETE FROM register_person_texts WHERE rowid = old.number;
END;

CREATE TRIGGER register_person_renamed AFTER UPDATE OF name, email ON people
WHEN new.name <> old.name OR new.email <> old.email COLLATE BINARY
BEGIN
    DELETE FROM register_person_texts WHERE rowid = (SELECT number FROM register_people WHERE person_id = new.id);
    UPDATE register_people SET name = new.name, email = new.email WHERE person_id = new.id;
    INSERT INTO register_person_texts (rowid, name, email) SELECT number, name, email FROM register_people WHERE person_id = new.id;
END;

-- Administrators decide on linked accounts. A review's items are fixed when it
-- opens; those of a closed one never change again, because evidence is made of them.
CREATE TABLE reviews (
    number          INTEGER PRIMARY KEY, -- grows, so that lists go by it
    id              TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    selection       TEXT NOT NULL CHECK (json_valid(selection)), -- what it was started for, as JSON
    about           TEXT NOT NULL, -- the selection in words
    started_by      TEXT REFERENCES people (id) ON DELETE SET NULL, -- empty: a schedule did
    started_by_name TEXT NOT NULL, -- names are those of that day
    started_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL, -- the last moment of the day in UTC
    state           TEXT NOT NULL CHECK (state IN ('gathering', 'open', 'closed')),
    gathered        INTEGER NOT NULL DEFAULT 0, -- number of the last credential that was looked at for it
    closed_at       INTEGER NOT NULL DEFAULT 0,
    closed_by_name  TEXT NOT NULL DEFAULT '',
    total           INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    open            INTEGER NOT NULL DEFAULT 0 CHECK (open >= 0), -- the four counters are kept by review_items_move
    asked           INTEGER NOT NULL DEFAULT 0 CHECK (asked >= 0),
    decided         INTEGER NOT NULL DEFAULT 0 CHECK (decided >= 0),
    gone            INTEGER NOT NULL DEFAULT 0 CHECK (gone >= 0), -- unlinked before anybody decided
    schedule_id     TEXT NOT NULL DEFAULT '',
    anchor_entry    INTEGER NOT NULL DEFAULT 0, -- of the audit log, which closed it
    anchor_digest   BLOB NOT NULL DEFAULT x'',
    signed          TEXT NOT NULL DEFAULT '' CHECK (signed = '' OR json_valid(signed)) -- what was signed about it, as JSON
) STRICT;

CREATE INDEX reviews_unclosed ON reviews (due_at) WHERE state <> 'closed';
CREATE INDEX reviews_gathering ON reviews (number) WHERE state = 'gathering';
CREATE INDEX reviews_unsigned ON reviews (number) WHERE state = 'closed' AND signed = '';

CREATE TABLE review_reviewers (
    review_id TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    email     TEXT NOT NULL,
    decided   INTEGER NOT NULL DEFAULT 0 CHECK (decided >= 0),
    own_open  INTEGER NOT NULL DEFAULT 0 CHECK (own_open >= 0), -- open items that are their own, and so not theirs to decide
    PRIMARY KEY (review_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_items (
    review_id         TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL, -- of the credential: the order of the queue
    position          INTEGER NOT NULL, -- from 1
    credential_id     TEXT NOT NULL,
    account_id        TEXT NOT NULL,
    account           TEXT NOT NULL,
    provider          TEXT NOT NULL,
    label             TEXT NOT NULL,
    cloud_account_name TEXT NOT NULL,
    cloud_account     TEXT NOT NULL,
    linked_by         TEXT NOT NULL,
    linked_by_name    TEXT NOT NULL,
    personal_of       TEXT NOT NULL, -- whose own account it belongs to; empty: an organization's
    stage             TEXT NOT NULL CHECK (stage IN ('open', 'asked', 'decided', 'gone')),
    kind              TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'keep', 'disable', 'unlink', 'ask')),
    reason            TEXT NOT NULL DEFAULT '',
    decided_by        TEXT NOT NULL DEFAULT '', -- people and credentials may be gone by now: no foreign keys
    decided_by_name   TEXT NOT NULL DEFAULT '',
    decided_at        INTEGER NOT NULL DEFAULT 0,
    snapshot          TEXT NOT NULL DEFAULT '' CHECK (snapshot = '' OR json_valid(snapshot)), -- what was decided on, as JSON
    question          TEXT NOT NULL DEFAULT '',
    asked_by_name     TEXT NOT NULL DEFAULT '',
    asked_at          INTEGER NOT NULL DEFAULT 0,
    answer            TEXT NOT NULL DEFAULT '',
    answered_by_name  TEXT NOT NULL DEFAULT '',
    answered_at       INTEGER NOT NULL DEFAULT 0,
    gone              INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)), -- unlinked before the review was closed
    changes           INTEGER NOT NULL DEFAULT 0 CHECK (changes >= 0), -- how often it was decided, asked and answered
    PRIMARY KEY (review_id, number)
) STRICT;

CREATE INDEX review_items_by_stage ON review_items (review_id, stage, number, linked_by, personal_of);
CREATE INDEX review_items_by_kind ON review_items (review_id, kind, number) WHERE kind <> '';
CREATE UNIQUE INDEX review_items_by_credential ON review_items (credential_id, review_id);
CREATE INDEX review_items_asked ON review_items (account_id, credential_id) WHERE stage = 'asked';
CREATE INDEX review_items_of_two ON review_items (review_id, linked_by, personal_of) WHERE stage = 'open' AND personal_of <> '' AND personal_of <> linked_by;

-- The counters follow the items, whoever moves them.
CREATE TRIGGER review_items_move AFTER UPDATE OF stage, decided_by ON review_items
BEGIN
    UPDATE reviews
       SET open    = open    + (new.stage = 'open')    - (old.stage = 'open'),
           asked   = asked   + (new.stage = 'asked')   - (old.stage = 'asked'),
           decided = decided + (new.stage = 'decided') - (old.stage = 'decided'),
           gone    = gone    + (new.stage = 'gone')    - (old.stage = 'gone')
     WHERE id = new.review_id AND new.stage <> old.stage;
    UPDATE review_reviewers
       SET own_open = own_open + (new.stage = 'open') - (old.stage = 'open')
     WHERE review_id = new.review_id AND person_id IN (new.linked_by, new.personal_of) AND new.stage <> old.stage;
    UPDATE review_reviewers SET decided = decided - 1
     WHERE review_id = old.review_id AND person_id = old.decided_by AND old.stage = 'decided';
    UPDATE review_reviewers SET decided = decided + 1
     WHERE review_id = new.review_id AND person_id = new.decided_by AND new.stage = 'decided';
END;

-- However a credential goes, its reviews know it.
CREATE TRIGGER review_items_go AFTER DELETE ON credentials
BEGIN
    UPDATE review_items
       SET gone = 1, stage = CASE stage WHEN 'decided' THEN stage ELSE 'gone' END
     WHERE credential_id = old.id
       AND review_id IN (SELECT i.review_id FROM review_items i JOIN reviews r ON r.id = i.review_id
                          WHERE i.credential_id = old.id AND r.state <> 'closed');
END;

CREATE TRIGGER review_items_closed BEFORE UPDATE ON review_items
WHEN (SELECT state FROM reviews WHERE id = old.review_id) = 'closed'
BEGIN
    SELECT raise(ABORT, 'this review is closed');
END;

-- Reviews that start by themselves.
CREATE TABLE review_schedules (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    every        TEXT NOT NULL CHECK (every IN ('monthly', 'quarterly', 'half-yearly', 'yearly')),
    first_on     INTEGER NOT NULL, -- midnight in UTC
    days         INTEGER NOT NULL CHECK (days > 0), -- to decide
    selection    TEXT NOT NULL CHECK (json_valid(selection)),
    about        TEXT NOT NULL,
    made_by_name TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    trouble      TEXT NOT NULL DEFAULT '', -- why the last time started nothing
    trouble_at   INTEGER NOT NULL DEFAULT 0,
    ended_at     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX review_schedules_next ON review_schedules (next_at) WHERE ended_at = 0;

CREATE TABLE schedule_reviewers (
    schedule_id TEXT NOT NULL REFERENCES review_schedules (id) ON DELETE CASCADE,
    person_id   TEXT NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    PRIMARY KEY (schedule_id, person_id)
) STRICT, WITHOUT ROWID;

-- Bulk work of administrators on linked accounts, done in the background.
CREATE TABLE jobs (
    number      INTEGER PRIMARY KEY, -- grows in the order of starting
    id          TEXT NOT NULL UNIQUE,
    selection   TEXT NOT NULL CHECK (json_valid(selection)),
    about       TEXT NOT NULL, -- the selection in words
    reason      TEXT NOT NULL, -- what the people of a changed link read
    by_id       TEXT NOT NULL, -- who started it, and from where, as in the audit log
    by_name     TEXT NOT NULL,
    by_address  TEXT NOT NULL,
    by_request  TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'stopping', 'stopped', 'finished')),
    counted     INTEGER NOT NULL CHECK (counted IN (0, 1)), -- total is known
    total       INTEGER NOT NULL CHECK (total >= 0),
    done        INTEGER NOT NULL CHECK (done >= 0),
    failed      INTEGER NOT NULL CHECK (failed >= 0),
    position    INTEGER NOT NULL, -- number of the last credential that is over; after a restart it goes on behind it
    note        TEXT NOT NULL, -- why it ended early
    created_at  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    kind        TEXT NOT NULL DEFAULT 'check-again' CHECK (kind IN ('check-again', 'disable', 'enable', 'approve', 'decline', 'undo')),
    undo_of     INTEGER NOT NULL DEFAULT 0, -- number of the job that this one undoes; 0: it is no undo
    changed     INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0) -- its rows in job_changes
) STRICT;

CREATE INDEX jobs_undoing ON jobs (undo_of, number) WHERE undo_of > 0;
CREATE INDEX jobs_open ON jobs (number) WHERE state IN ('waiting', 'running', 'stopping');

-- What jobs changed and no undo has put back: which credential, since which of its
-- versions, and what it was before.
CREATE TABLE job_changes (
    job             INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    number          INTEGER NOT NULL, -- of the credential
    credential_id   TEXT NOT NULL,
    label           TEXT NOT NULL, -- as it was then, and so is the name of the account
    account         TEXT NOT NULL,
    version         INTEGER NOT NULL, -- of the credential since that change
    state           TEXT NOT NULL, -- before it, and so are the next four
    reason          TEXT NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_at      INTEGER NOT NULL,
    approved_rights TEXT NOT NULL CHECK (approved_rights = '' OR json_valid(approved_rights)),
    stopped_before  TEXT, -- the reason in stopped_targets before it; NULL: there was none
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- The first thousand failures of a job, in words.
CREATE TABLE job_failures (
    job           INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    position      INTEGER NOT NULL, -- from 1
    credential_id TEXT NOT NULL,
    label         TEXT NOT NULL, -- as it was then, and so is the name of the account
    account       TEXT NOT NULL,
    sentence      TEXT NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

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

-- Grants: what people consented to at clouds that have no certificates. Each use of one
-- replaces it. When its link goes, in whichever way, it waits to be revoked at the cloud.
CREATE TABLE grants (
    credential_id TEXT PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    account_id    TEXT NOT NULL,
    provider      TEXT NOT NULL,
    sealed        BLOB NOT NULL,              -- sealed for exactly this row
    used_at       INTEGER NOT NULL DEFAULT 0  -- when it was used without an answer that was stored; 0: it is unused
) STRICT;

CREATE TABLE revocations (
    id            INTEGER PRIMARY KEY,
    credential_id TEXT NOT NULL,              -- that it was sealed for; the credential is gone
    account_id    TEXT NOT NULL,
    provider      TEXT NOT NULL,
    sealed        BLOB NOT NULL,              -- as it was in grants
    tries         INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER NOT NULL DEFAULT 0  -- of the next try
) STRICT;

CREATE INDEX revocations_next ON revocations (next_at);

CREATE TRIGGER grants_removed AFTER DELETE ON grants
BEGIN
    INSERT INTO revocations (credential_id, account_id, provider, sealed)
    VALUES (old.credential_id, old.account_id, old.provider, old.sealed);
END;

-- Renewals: one replaces one certificate of one sign-in. Each step is stored before it is
-- taken, so that whoever finds the row knows what may have happened.
CREATE TABLE renewals (
    id                 TEXT PRIMARY KEY,
    account_id         TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider           TEXT NOT NULL,
    environment        TEXT NOT NULL,
    method             TEXT NOT NULL,
    principal          TEXT NOT NULL,
    credential_id      TEXT NOT NULL DEFAULT '', -- the only link of the sign-in, where its certificate has an authority of the link's own
    predecessor        TEXT NOT NULL,            -- certificate id
    successor          TEXT NOT NULL DEFAULT '', -- certificate id; empty: there is none yet
    predecessor_remote TEXT NOT NULL DEFAULT '', -- what the cloud calls it; empty: nobody knows
    successor_remote   TEXT NOT NULL DEFAULT '',
    target             TEXT NOT NULL CHECK (json_valid(target)), -- of one of its links, to ask the cloud with when they are gone
    step               TEXT NOT NULL CHECK (step IN ('introduce', 'try', 'by-hand', 'keep', 'remove', 'done', 'dropped')),
    asked_by           TEXT NOT NULL DEFAULT '', -- person id; empty: it was time
    tries              INTEGER NOT NULL DEFAULT 0, -- of this step
    next_at            INTEGER NOT NULL,           -- 0: nothing comes any more
    stage              TEXT NOT NULL DEFAULT '',   -- of the last answer that was none to go on with
    verdict            TEXT NOT NULL DEFAULT '',
    code               TEXT NOT NULL DEFAULT '',
    said               TEXT NOT NULL DEFAULT '',
    failing_since      INTEGER NOT NULL DEFAULT 0,
    told               INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)), -- that it fails
    began_at           INTEGER NOT NULL,
    switched_at        INTEGER NOT NULL DEFAULT 0,
    ended_at           INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX renewals_open ON renewals (predecessor, account_id, provider, environment, method, principal) WHERE step NOT IN ('done', 'dropped');
CREATE INDEX renewals_next ON renewals (next_at) WHERE next_at > 0;
CREATE INDEX renewals_of_sign_in ON renewals (account_id, provider, environment, method, principal, began_at);
CREATE INDEX renewals_to ON renewals (successor) WHERE successor <> '';

CREATE INDEX certificates_renewal ON certificates (not_before + (not_after - not_before) / 3 * 2) WHERE destroyed_at = 0;
CREATE INDEX credentials_by_certificate ON credentials (certificate_id) WHERE certificate_id IS NOT NULL;
CREATE INDEX credentials_by_trial ON credentials (trial_certificate_id) WHERE trial_certificate_id <> '';

-- Which file this database is. A copy of it renews nothing: the cloud may know better
-- than the copy does which certificates are in use.
CREATE TABLE instance (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    place        TEXT NOT NULL,             -- of the file that was confirmed; 'backup': of none
    confirmed_at INTEGER NOT NULL
) STRICT;
