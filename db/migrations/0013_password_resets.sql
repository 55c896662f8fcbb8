-- Whether an address is a person's: they accepted an invitation that was mailed to
-- it, or a sign-in provider vouched for it. Nobody knows that of those who are here
-- already, until they sign in with a provider.
ALTER TABLE people ADD COLUMN email_proved INTEGER NOT NULL DEFAULT 0 CHECK (email_proved IN (0, 1));

-- Links in mail by which somebody who forgot their password sets another one. Those
-- of a person go when their password changes.
CREATE TABLE password_resets (
    hash       TEXT PRIMARY KEY, -- of the token in the link
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX password_resets_by_person ON password_resets (person_id, created_at);
