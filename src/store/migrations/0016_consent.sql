-- Until when messages may carry unsubscribe links that nobody signed: those of earlier releases. They go on working; no later one does.
-- Seven days, as the release before may send for a while, or come back.
CREATE TABLE unsigned_links (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sent_until INTEGER NOT NULL
) STRICT;
INSERT INTO unsigned_links (id, sent_until)
  SELECT 1, (unixepoch() + 7 * 86400) * 1000 WHERE EXISTS (SELECT 1 FROM delivery_logs);

-- The proof of a customer's consent, as its merchant gave it.
ALTER TABLE paylinks ADD COLUMN consent TEXT CHECK (json_valid(consent));

-- A merchant's SMS in 24 h.
ALTER TABLE merchants ADD COLUMN sms_send_cap INTEGER NOT NULL DEFAULT 2000 CHECK (sms_send_cap >= 0);
