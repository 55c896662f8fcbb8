-- A connected link that nobody could check for two days is connected with a
-- warning. The list of statuses is in a CHECK, which cannot be changed in place, so
-- the column is made anew, and with it all that refers to it.
DROP TRIGGER register_linked;
DROP TRIGGER register_unlinked;
DROP TRIGGER register_status_changed;
DROP INDEX register_label;
DROP INDEX register_checked;
DROP INDEX register_expires;
DROP INDEX register_reviewed;
DROP INDEX register_account_label;
DROP INDEX register_status_label;
DROP INDEX register_status_checked;
DROP INDEX register_status_expires;

ALTER TABLE credentials ADD COLUMN new_status TEXT NOT NULL DEFAULT 'not-verified'
    CHECK (new_status IN ('pending-approval', 'not-verified', 'waiting', 'connected', 'expiring', 'warning', 'needs-attention', 'disabled'));
UPDATE credentials SET new_status = status;
ALTER TABLE credentials DROP COLUMN status;
ALTER TABLE credentials RENAME COLUMN new_status TO status;

CREATE INDEX register_label ON credentials (label, number, status, provider, account_id, reviewed_at, last_checked_at, expires_at);
CREATE INDEX register_checked ON credentials (last_checked_at, number, status, provider, account_id, reviewed_at, expires_at);
CREATE INDEX register_expires ON credentials (expires_at, number, status, provider, account_id, reviewed_at, last_checked_at);
CREATE INDEX register_reviewed ON credentials (reviewed_at, number, status, provider, account_id, last_checked_at, expires_at);
CREATE INDEX register_account_label ON credentials (account_id, label, number, status, provider, reviewed_at, last_checked_at, expires_at);
CREATE INDEX register_status_label ON credentials (status, label);
CREATE INDEX register_status_checked ON credentials (status, last_checked_at);
CREATE INDEX register_status_expires ON credentials (status, expires_at);

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

-- Checks that ended like the one before are counted, not told one by one.
ALTER TABLE credentials ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0); -- since the audit log's last entry
ALTER TABLE credentials ADD COLUMN repeats_from INTEGER NOT NULL DEFAULT 0; -- when the first of these ended
ALTER TABLE verifications ADD COLUMN times INTEGER NOT NULL DEFAULT 1 CHECK (times > 0); -- how many runs in a row ended like this one
ALTER TABLE verifications ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0; -- when the first of them started; 0: it is this one
