-- Bulk work of administrators on linked accounts. What a job still has to do
-- begins behind the credential number in position, so that a stopped server
-- goes on where it was.
CREATE TABLE jobs (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL CHECK (kind IN ('check-again', 'disable')),
    selection   TEXT NOT NULL CHECK (json_valid(selection)),
    about       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    by_address  TEXT NOT NULL,
    by_request  TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'stopping', 'stopped', 'finished')),
    counted     INTEGER NOT NULL CHECK (counted IN (0, 1)),
    total       INTEGER NOT NULL CHECK (total >= 0),
    done        INTEGER NOT NULL CHECK (done >= 0),
    failed      INTEGER NOT NULL CHECK (failed >= 0),
    position    INTEGER NOT NULL,
    note        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL
) STRICT;

CREATE INDEX jobs_open ON jobs (number) WHERE state IN ('waiting', 'running', 'stopping');

CREATE TABLE job_failures (
    job           INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    credential_id TEXT NOT NULL,
    label         TEXT NOT NULL,
    account       TEXT NOT NULL,
    sentence      TEXT NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;
