-- Jobs that enable, approve and decline, and jobs that undo others. The list of
-- kinds is in a CHECK, which cannot be changed in place, so the column is made anew.
ALTER TABLE jobs ADD COLUMN new_kind TEXT NOT NULL DEFAULT 'check-again'
    CHECK (new_kind IN ('check-again', 'disable', 'enable', 'approve', 'decline', 'undo'));
UPDATE jobs SET new_kind = kind;
ALTER TABLE jobs DROP COLUMN kind;
ALTER TABLE jobs RENAME COLUMN new_kind TO kind;

ALTER TABLE jobs ADD COLUMN undo_of INTEGER NOT NULL DEFAULT 0; -- number of the job that this one undoes; 0: it is no undo
ALTER TABLE jobs ADD COLUMN changed INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0); -- its rows in job_changes

CREATE INDEX jobs_undoing ON jobs (undo_of, number) WHERE undo_of > 0;

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
