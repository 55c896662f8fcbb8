-- Administrators decide on linked accounts. A review's items are fixed when it
-- opens; those of a closed one never change again, because evidence is made of them.
CREATE TABLE reviews (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    selection       TEXT NOT NULL CHECK (json_valid(selection)),
    about           TEXT NOT NULL,
    started_by      TEXT REFERENCES people (id) ON DELETE SET NULL,
    started_by_name TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('gathering', 'open', 'closed')),
    gathered        INTEGER NOT NULL DEFAULT 0,
    closed_at       INTEGER NOT NULL DEFAULT 0,
    closed_by_name  TEXT NOT NULL DEFAULT '',
    total           INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    open            INTEGER NOT NULL DEFAULT 0 CHECK (open >= 0),
    asked           INTEGER NOT NULL DEFAULT 0 CHECK (asked >= 0),
    decided         INTEGER NOT NULL DEFAULT 0 CHECK (decided >= 0),
    gone            INTEGER NOT NULL DEFAULT 0 CHECK (gone >= 0),
    schedule_id     TEXT NOT NULL DEFAULT '',
    anchor_entry    INTEGER NOT NULL DEFAULT 0,
    anchor_digest   BLOB NOT NULL DEFAULT x'',
    signed          TEXT NOT NULL DEFAULT '' CHECK (signed = '' OR json_valid(signed))
) STRICT;

CREATE INDEX reviews_unclosed ON reviews (due_at) WHERE state <> 'closed';
CREATE INDEX reviews_gathering ON reviews (number) WHERE state = 'gathering';
CREATE INDEX reviews_unsigned ON reviews (number) WHERE state = 'closed' AND signed = '';

CREATE TABLE review_reviewers (
    review_id TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    email     TEXT NOT NULL,
    decided   INTEGER NOT NULL DEFAULT 0 CHECK (decided >= 0),
    own_open  INTEGER NOT NULL DEFAULT 0 CHECK (own_open >= 0),
    PRIMARY KEY (review_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_items (
    review_id         TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    position          INTEGER NOT NULL,
    credential_id     TEXT NOT NULL,
    account_id        TEXT NOT NULL,
    account           TEXT NOT NULL,
    provider          TEXT NOT NULL,
    label             TEXT NOT NULL,
    subscription_name TEXT NOT NULL,
    subscription_id   TEXT NOT NULL,
    linked_by         TEXT NOT NULL,
    linked_by_name    TEXT NOT NULL,
    personal_of       TEXT NOT NULL,
    stage             TEXT NOT NULL CHECK (stage IN ('open', 'asked', 'decided', 'gone')),
    kind              TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'keep', 'disable', 'unlink', 'ask')),
    reason            TEXT NOT NULL DEFAULT '',
    decided_by        TEXT NOT NULL DEFAULT '',
    decided_by_name   TEXT NOT NULL DEFAULT '',
    decided_at        INTEGER NOT NULL DEFAULT 0,
    snapshot          TEXT NOT NULL DEFAULT '' CHECK (snapshot = '' OR json_valid(snapshot)),
    question          TEXT NOT NULL DEFAULT '',
    asked_by_name     TEXT NOT NULL DEFAULT '',
    asked_at          INTEGER NOT NULL DEFAULT 0,
    answer            TEXT NOT NULL DEFAULT '',
    answered_by_name  TEXT NOT NULL DEFAULT '',
    answered_at       INTEGER NOT NULL DEFAULT 0,
    gone              INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
    changes           INTEGER NOT NULL DEFAULT 0 CHECK (changes >= 0),
    PRIMARY KEY (review_id, number)
) STRICT;

CREATE INDEX review_items_by_stage ON review_items (review_id, stage, number, linked_by, personal_of);
CREATE INDEX review_items_by_kind ON review_items (review_id, kind, number) WHERE kind <> '';
CREATE UNIQUE INDEX review_items_by_credential ON review_items (credential_id, review_id);
CREATE INDEX review_items_of_two ON review_items (review_id, linked_by, personal_of) WHERE stage = 'open' AND personal_of <> '' AND personal_of <> linked_by;

-- The counters follow the items, whoever moves them.
CREATE TRIGGER review_items_move AFTER UPDATE OF stage, decided_by ON review_items
BEGIN
    UPDATE reviews
       SET open    = open    + (new.stage = 'open')    - (old.stage = 'open'),
           asked   = asked   + (new.stage = 'asked')   - (old.stage = 'asked'),
           decided = decided + (new.stage = 'decided') - (old.stage = 'decided'),
           gone    = gone    + (new.stage = 'gone')    - (old.stage = 'gone')
     WHERE id = new.review_id AND new.stage <> old.stage;
    UPDATE review_reviewers
       SET own_open = own_open + (new.stage = 'open') - (old.stage = 'open')
     WHERE review_id = new.review_id AND person_id IN (new.linked_by, new.personal_of) AND new.stage <> old.stage;
    UPDATE review_reviewers SET decided = decided - 1
     WHERE review_id = old.review_id AND person_id = old.decided_by AND old.stage = 'decided';
    UPDATE review_reviewers SET decided = decided + 1
     WHERE review_id = new.review_id AND person_id = new.decided_by AND new.stage = 'decided';
END;

-- However a credential goes, its reviews know it.
CREATE TRIGGER review_items_go AFTER DELETE ON credentials
BEGIN
    UPDATE review_items
       SET gone = 1, stage = CASE stage WHEN 'decided' THEN stage ELSE 'gone' END
     WHERE credential_id = old.id
       AND review_id IN (SELECT i.review_id FROM review_items i JOIN reviews r ON r.id = i.review_id
                          WHERE i.credential_id = old.id AND r.state <> 'closed');
END;

CREATE TRIGGER review_items_closed BEFORE UPDATE ON review_items
WHEN (SELECT state FROM reviews WHERE id = old.review_id) = 'closed'
BEGIN
    SELECT raise(ABORT, 'this review is closed');
END;

-- Who can be named as a reviewer.
CREATE INDEX people_administrators ON people (name, id) WHERE site_admin = 1 AND disabled_at = 0;

-- Reviews that start by themselves.
CREATE TABLE review_schedules (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    every        TEXT NOT NULL CHECK (every IN ('monthly', 'quarterly', 'half-yearly', 'yearly')),
    first_on     INTEGER NOT NULL,
    days         INTEGER NOT NULL CHECK (days > 0),
    selection    TEXT NOT NULL CHECK (json_valid(selection)),
    about        TEXT NOT NULL,
    made_by_name TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    trouble      TEXT NOT NULL DEFAULT '',
    trouble_at   INTEGER NOT NULL DEFAULT 0,
    ended_at     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX review_schedules_next ON review_schedules (next_at) WHERE ended_at = 0;

CREATE TABLE schedule_reviewers (
    schedule_id TEXT NOT NULL REFERENCES review_schedules (id) ON DELETE CASCADE,
    person_id   TEXT NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    PRIMARY KEY (schedule_id, person_id)
) STRICT, WITHOUT ROWID;
