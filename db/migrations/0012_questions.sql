-- The owners of an account are asked by reviews on every page, so what is asked is
-- found by the account.
CREATE INDEX review_items_asked ON review_items (account_id, credential_id) WHERE stage = 'asked';
