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

-- Another ID of what is linked, such as the number of a project: people search for both.
ALTER TABLE credentials ADD COLUMN cloud_account_alias TEXT NOT NULL DEFAULT '';
CREATE INDEX register_cloud_account_alias ON credentials (cloud_account_alias COLLATE NOCASE) WHERE cloud_account_alias <> '';
