-- Any cloud: what a link points at and how it signs in there have general names, two
-- sign-ins can reach one account, and a link whose cloud needs no certificate has none.
DROP TRIGGER register_linked;
DROP TRIGGER register_unlinked;
DROP TRIGGER register_texts_changed;
DROP INDEX credentials_target;
DROP INDEX register_subscription;
DROP TABLE register_texts;

ALTER TABLE credentials RENAME COLUMN subscription_id TO cloud_account;
ALTER TABLE credentials RENAME COLUMN subscription_name TO cloud_account_name;
ALTER TABLE credentials RENAME COLUMN tenant_id TO cloud_parent;
ALTER TABLE credentials RENAME COLUMN client_id TO principal;
ALTER TABLE credentials ALTER COLUMN certificate_id DROP NOT NULL;
ALTER TABLE credentials ADD COLUMN sign_in TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(sign_in)); -- what else the method asks for, by field

CREATE UNIQUE INDEX credentials_target ON credentials (account_id, provider, environment, cloud_account, method, principal);
CREATE INDEX register_cloud_account ON credentials (cloud_account COLLATE NOCASE);

ALTER TABLE stopped_targets RENAME COLUMN subscription_id TO cloud_account;
ALTER TABLE review_items RENAME COLUMN subscription_id TO cloud_account;
ALTER TABLE review_items RENAME COLUMN subscription_name TO cloud_account_name;

CREATE VIRTUAL TABLE register_texts USING fts5 (label, cloud_account_name, cloud_account,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram');

INSERT INTO register_texts (rowid, label, cloud_account_name, cloud_account)
SELECT -number, label, cloud_account_name, cloud_account FROM credentials ORDER BY number DESC;

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

CREATE TRIGGER register_texts_changed AFTER UPDATE OF label, cloud_account_name, cloud_account ON credentials
WHEN new.label <> old.label COLLATE BINARY OR new.cloud_account_name <> old.cloud_account_name OR new.cloud_account <> old.cloud_account
BEGIN
    DELETE FROM register_texts WHERE rowid = -old.number;
    INSERT INTO register_texts (rowid, label, cloud_account_name, cloud_account)
    VALUES (-new.number, new.label, new.cloud_account_name, new.cloud_account);
END;

-- The policy lists accounts and what they belong to for each provider. Until now there
-- was one provider that could be linked.
UPDATE intake_policy SET rules = json_remove(json_set(rules,
    '$.accounts', CASE WHEN json_array_length(rules, '$.subscriptions') > 0 THEN json_object('azure', json_extract(rules, '$.subscriptions')) ELSE json('{}') END,
    '$.parents', CASE WHEN json_array_length(rules, '$.directories') > 0 THEN json_object('azure', json_extract(rules, '$.directories')) ELSE json('{}') END),
    '$.subscriptions', '$.directories');

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

ALTER TABLE certificates ADD COLUMN authority_id TEXT REFERENCES authorities (id) ON DELETE CASCADE; -- that issued it; NULL: it is the account's own
CREATE INDEX certificates_by_authority ON certificates (authority_id) WHERE authority_id IS NOT NULL;

ALTER TABLE credentials ADD COLUMN stranger TEXT NOT NULL DEFAULT '' CHECK (stranger IN ('', 'refused', 'let-in')); -- what its cloud did with a name that it was never told; empty: nobody knows
