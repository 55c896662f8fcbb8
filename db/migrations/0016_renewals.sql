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

-- A private key is destroyed when nothing signs with it any more. The certificate stays:
-- old evidence names it.
ALTER TABLE certificates ADD COLUMN destroyed_at INTEGER NOT NULL DEFAULT 0; -- of its private key; 0: it is there
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
