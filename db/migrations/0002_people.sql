-- Passkeys, identities, invitations and API keys; viewers; people who can be disabled.

ALTER TABLE accounts ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN require_second_step INTEGER NOT NULL DEFAULT 0 CHECK (require_second_step IN (0, 1));

ALTER TABLE people ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN admin_by_group INTEGER NOT NULL DEFAULT 0 CHECK (admin_by_group IN (0, 1));
ALTER TABLE people ADD COLUMN disabled_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN last_sign_in_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN last_sign_in_address TEXT NOT NULL DEFAULT '';

-- The list of roles has grown, and SQLite changes a CHECK only by a new table.
CREATE TABLE memberships_with_viewers (
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
    by_group   INTEGER NOT NULL CHECK (by_group IN (0, 1)),
    since      INTEGER NOT NULL,
    PRIMARY KEY (person_id, account_id)
) STRICT, WITHOUT ROWID;
INSERT INTO memberships_with_viewers (person_id, account_id, role, by_group, since)
SELECT m.person_id, m.account_id, m.role, 0, max(p.created_at, a.created_at)
  FROM memberships m JOIN people p ON p.id = m.person_id JOIN accounts a ON a.id = m.account_id;
DROP TABLE memberships;
ALTER TABLE memberships_with_viewers RENAME TO memberships;
CREATE INDEX memberships_by_account ON memberships (account_id, role);

ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN second_step_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN previous_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN previous_address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';
UPDATE sessions SET network = address; -- right for IPv4; one in IPv6 is known from the next sign-in
DROP INDEX sessions_by_person;
CREATE INDEX sessions_by_person ON sessions (person_id, network);

CREATE TABLE passkeys (
    id            TEXT PRIMARY KEY,
    person_id     TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    record        TEXT NOT NULL CHECK (json_valid(record)),
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX passkeys_by_person ON passkeys (person_id, created_at);

CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL,
    PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE devices (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL,
    seen_at   INTEGER NOT NULL,
    PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    id         INTEGER PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    count      INTEGER NOT NULL CHECK (count > 0),
    at         INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    made_in    TEXT REFERENCES sessions (id) ON UPDATE CASCADE ON DELETE SET NULL,
    seen_there INTEGER NOT NULL DEFAULT 0 CHECK (seen_there IN (0, 1))
) STRICT;

CREATE INDEX notices_by_person ON notices (person_id, at);
CREATE INDEX notices_by_session ON notices (made_in);

CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
    email      TEXT NOT NULL COLLATE NOCASE,
    mailed     INTEGER NOT NULL CHECK (mailed IN (0, 1)),
    created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_account ON invitations (account_id, created_at);

CREATE TABLE mailed_invitations (
    sender_key TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX mailed_invitations_by_sender ON mailed_invitations (sender_key, at);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('read', 'write')),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    last_address TEXT NOT NULL
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_at);
CREATE INDEX api_keys_by_person ON api_keys (person_id);
