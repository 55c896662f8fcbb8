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
CREATE INDEX register_subscription ON credentials (subscription_id COLLATE NOCASE);

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
CREATE VIRTUAL TABLE register_texts USING fts5 (label, subscription_name, subscription_id,
    content = '', contentless_delete = 1, detail = none, tokenize = 'trigram');
CREATE VIRTUAL TABLE register_account_texts USING fts5 (name, content = '', contentless_delete = 1, tokenize = 'trigram');
CREATE VIRTUAL TABLE register_person_texts USING fts5 (name, email, content = '', contentless_delete = 1, tokenize = 'trigram');

INSERT INTO register_counts (what, key, total)
SELECT 'all', '', count(*) FROM credentials
 UNION ALL SELECT 'status', status, count(*) FROM credentials GROUP BY status
 UNION ALL SELECT 'provider', provider, count(*) FROM credentials GROUP BY provider
 UNION ALL SELECT 'never-reviewed', '', count(*) FROM credentials WHERE reviewed_at = 0;

INSERT INTO register_accounts (account_id, name, total)
SELECT a.id, a.name, count(*) FROM credentials c JOIN accounts a ON a.id = c.account_id GROUP BY a.id;

INSERT INTO register_people (person_id, name, email, total)
SELECT p.id, p.name, p.email, count(*) FROM credentials c JOIN people p ON p.id = c.created_by GROUP BY p.id;

INSERT INTO register_texts (rowid, label, subscription_name, subscription_id)
SELECT -number, label, subscription_name, subscription_id FROM credentials ORDER BY number DESC;

INSERT INTO register_account_texts (rowid, name) SELECT number, name FROM register_accounts;
INSERT INTO register_person_texts (rowid, name, email) SELECT number, name, email FROM register_people;

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
    INSERT INTO register_texts (rowid, label, subscription_name, subscription_id)
    VALUES (-new.number, new.label, new.subscription_name, new.subscription_id);
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

CREATE TRIGGER register_texts_changed AFTER UPDATE OF label, subscription_name, subscription_id ON credentials
WHEN new.label <> old.label COLLATE BINARY OR new.subscription_name <> old.subscription_name OR new.subscription_id <> old.subscription_id
BEGIN
    DELETE FROM register_texts WHERE rowid = -old.number;
    INSERT INTO register_texts (rowid, label, subscription_name, subscription_id)
    VALUES (-new.number, new.label, new.subscription_name, new.subscription_id);
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
