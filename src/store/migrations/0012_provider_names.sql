-- Which providers report is told by the registry alone: the sandbox's inbox does too. SQLite cannot drop a CHECK, so the table is rebuilt.
CREATE TABLE provider_events_rebuilt (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('delivery', 'stop', 'start')),
  attempt_id TEXT,
  paylink_id TEXT,
  message_id TEXT,
  status TEXT CHECK (status IN ('SENT', 'DELIVERED', 'FAILED', 'BOUNCED')),
  suppression TEXT CHECK (suppression IN ('hard_bounce', 'complaint', 'stop', 'unsubscribe')),
  reason TEXT,
  recipient_hash TEXT,
  tries INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  received_at INTEGER NOT NULL,
  CHECK ((kind = 'delivery') = (status IS NOT NULL)),
  CHECK ((kind = 'delivery') = (recipient_hash IS NULL))
) STRICT;
INSERT INTO provider_events_rebuilt SELECT * FROM provider_events;
DROP TABLE provider_events;
ALTER TABLE provider_events_rebuilt RENAME TO provider_events;
CREATE INDEX provider_events_due ON provider_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX provider_events_by_age ON provider_events (received_at);
