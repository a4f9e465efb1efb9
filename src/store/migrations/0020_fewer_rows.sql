-- Rows written are most of what an operation costs. Parts of a Paylink lie under its id, without a rowid: one row each.
-- Nothing is copied here, and the release before goes on with the old tables: the cron moves their rows in steps (src/store/move-rows.ts),
-- and reads look at both meanwhile (src/store/old-rows.ts).

CREATE TABLE paylink_items (
  id TEXT NOT NULL,
  paylink_id TEXT NOT NULL REFERENCES paylinks (id),
  position INTEGER NOT NULL,
  sku TEXT,
  price INTEGER NOT NULL CHECK (price >= 0),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  tax INTEGER CHECK (tax >= 0),
  description TEXT,
  category TEXT,
  metadata TEXT CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (paylink_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE paylink_logs (
  id TEXT NOT NULL,
  paylink_id TEXT NOT NULL REFERENCES paylinks (id),
  merchant_id TEXT NOT NULL REFERENCES merchants (id),
  operation_id TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('EMAIL', 'SMS')),
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED', 'SUPPRESSED', 'UNKNOWN')),
  provider TEXT,
  message_id TEXT,
  recipient TEXT,
  recipient_hash TEXT NOT NULL,
  reason TEXT,
  settled_by TEXT,
  accepted_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (paylink_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX paylink_logs_by_id ON paylink_logs (id);
CREATE INDEX paylink_logs_by_email ON paylink_logs (merchant_id, recipient_hash, created_at) WHERE channel = 'EMAIL';
CREATE INDEX paylink_logs_by_sms ON paylink_logs (merchant_id, created_at, recipient_hash) WHERE channel = 'SMS';
CREATE INDEX paylink_logs_by_trouble ON paylink_logs (merchant_id, status, paylink_id) WHERE status IN ('UNKNOWN', 'FAILED', 'BOUNCED');

CREATE TABLE paylink_events (
  id TEXT NOT NULL,
  paylink_id TEXT NOT NULL REFERENCES paylinks (id),
  type TEXT NOT NULL,
  old_value TEXT CHECK (json_valid(old_value)),
  new_value TEXT CHECK (json_valid(new_value)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (paylink_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE paylink_orders (
  paylink_id TEXT NOT NULL REFERENCES paylinks (id),
  id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PAID', 'REFUNDED', 'PARTIALLY_REFUNDED')),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  fees INTEGER NOT NULL CHECK (fees >= 0),
  refunded INTEGER NOT NULL CHECK (refunded >= 0),
  currency_code TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  folded TEXT CHECK (json_valid(folded)),
  PRIMARY KEY (paylink_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX paylink_orders_by_id ON paylink_orders (id);

-- What providers report and nobody could place yet, and what suppressed or lifted: that stays a week, so that a repeat does not undo
-- what came after it. No address of a recipient: a keyed hash at most. due_at null: applied.
CREATE TABLE provider_reports (
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
) STRICT, WITHOUT ROWID;

CREATE INDEX provider_reports_waiting ON provider_reports (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX provider_reports_received ON provider_reports (received_at);

-- What merchants' endpoints are to be told: one row an event and endpoint, written with the change it tells of.
-- id: {endpoint id}.{created_at, 12 hex digits}.{event id}, so that an endpoint's deliveries lie together in the order of time.
-- next_attempt_at: when it is due; a consumer that takes it moves this beyond its lease, so one that dies leaves it due again. null: settled.
-- attempts counts all tries ever and names a claim; round those since it was queued (again), for the back-off.
-- attempted_at and what follows: the first attempt, where that succeeded. Every other attempt is a row of endpoint_attempts.
-- No foreign key: rows of a removed endpoint are harmless, settle when they fall due and go with their age.
CREATE TABLE endpoint_deliveries (
  id TEXT PRIMARY KEY,
  endpoint_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  paylink_id TEXT,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  round INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  created_at INTEGER NOT NULL,
  attempted_at INTEGER,
  status_code INTEGER,
  answer TEXT,
  duration_ms INTEGER,
  CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX endpoint_deliveries_due_at ON endpoint_deliveries (endpoint_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE endpoint_attempts (
  delivery_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed')),
  status_code INTEGER,
  error TEXT,
  answer TEXT,
  duration_ms INTEGER NOT NULL,
  attempted_at INTEGER NOT NULL,
  PRIMARY KEY (delivery_id, attempt)
) STRICT, WITHOUT ROWID;

-- What the cron does in steps: whose turn it is, and where the last one ended.
CREATE TABLE sweeps (
  name TEXT PRIMARY KEY,
  leased_until INTEGER NOT NULL,
  position TEXT
) STRICT, WITHOUT ROWID;

-- 1: over (PAID, REFUNDED, PARTIALLY_REFUNDED, EXPIRED, CANCELED); 0: not; null: written before this column, and not looked at yet.
ALTER TABLE paylinks ADD COLUMN ended INTEGER;
DROP INDEX paylinks_by_status;
DROP INDEX paylinks_to_expire;
CREATE INDEX paylinks_ended ON paylinks (merchant_id, status, id) WHERE ended = 1;
CREATE INDEX paylinks_open ON paylinks (expiration) WHERE ended = 0;
