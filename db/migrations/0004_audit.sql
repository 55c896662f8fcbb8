-- The audit log becomes a chain that proves itself. What was written before
-- gets its digest and its mark in the same transaction, which SQL cannot do.

ALTER TABLE audit ADD COLUMN actor_key TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN changes TEXT NOT NULL DEFAULT '' CHECK (changes = '' OR json_valid(changes));
ALTER TABLE audit ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit ADD COLUMN mark BLOB NOT NULL DEFAULT x'';

DROP INDEX audit_by_account;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor_id, actor_name, at);
CREATE INDEX audit_by_action ON audit (action, at);
CREATE INDEX audit_by_account ON audit (account_id, at);
CREATE INDEX audit_by_credential ON audit (credential_id, at) WHERE credential_id <> '';
CREATE INDEX audit_refused ON audit (at) WHERE result = 'refused';

CREATE TABLE audit_head (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    number      INTEGER NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    checkpoints INTEGER NOT NULL,
    segments    INTEGER NOT NULL,
    mark        BLOB NOT NULL CHECK (length(mark) = 36)
) STRICT;

CREATE TABLE audit_checkpoints (
    number    INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    entry     INTEGER NOT NULL,
    digest    BLOB NOT NULL CHECK (length(digest) = 32),
    previous  BLOB NOT NULL CHECK (length(previous) = 32),
    key       TEXT NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE audit_segments (
    number      INTEGER PRIMARY KEY,
    first_entry INTEGER NOT NULL,
    last_entry  INTEGER NOT NULL CHECK (last_entry >= first_entry),
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    before      BLOB NOT NULL CHECK (length(before) = 32),
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    restores    TEXT NOT NULL CHECK (json_valid(restores)),
    at          INTEGER NOT NULL,
    key         TEXT NOT NULL,
    signature   BLOB NOT NULL
) STRICT;

CREATE TABLE audit_sinks (
    sink       TEXT PRIMARY KEY,
    checkpoint INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_keys (
    public    BLOB NOT NULL,
    key       TEXT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (public, key)
) STRICT, WITHOUT ROWID;

DROP TRIGGER audit_never_changes;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit WHEN old.digest <> x''
BEGIN
    SELECT raise(ABORT, 'the audit log only grows');
END;

DROP TRIGGER audit_never_shrinks;
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
