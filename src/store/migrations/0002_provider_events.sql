-- What providers report of our messages, kept until it is applied. No address of a recipient: a keyed hash at most.
-- due_at null: applied. What suppressed or lifted stays for a week, so that a repeat does not undo what came after it.
CREATE TABLE provider_events (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL CHECK (provider IN ('mailchannels', 'resend', 'twilio', 'telnyx')),
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

CREATE INDEX provider_events_due ON provider_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX provider_events_by_age ON provider_events (received_at);
