-- What a cloud reports about a link that works, such as a payment that is past due,
-- as keys. A connected link with such a warning, or with more permissions than
-- Mooring needs, is connected with a warning.
ALTER TABLE credentials ADD COLUMN warnings TEXT NOT NULL DEFAULT '' CHECK (warnings = '' OR json_valid(warnings)); -- keys; empty: none

UPDATE credentials SET status = 'warning'
 WHERE status = 'connected'
   AND EXISTS (SELECT 1 FROM json_each(rights) r WHERE r.value ->> 'granted' AND r.value ->> 'excessive');

-- Each check is told the certificate that it signs with. A link moves to another
-- certificate of its account after a check with that one has passed.
ALTER TABLE credentials ADD COLUMN trial_certificate_id TEXT NOT NULL DEFAULT ''; -- that the next check tries; empty: none
ALTER TABLE verifications ADD COLUMN certificate_id TEXT NOT NULL DEFAULT ''; -- empty: it ran before this was kept
