-- The whole schema as it is now. Changes are made by numbered migrations in src/store/migrations; a test builds both ways and compares.

-- Times are ms since the epoch, money is integer minor units, JSON is text checked by json_valid.

CREATE TABLE merchants (
  id TEXT PRIMARY KEY,
  parent_id TEXT REFERENCES merchants (id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  mode TEXT NOT NULL CHECK (mode IN ('test', 'live')),
  country TEXT NOT NULL CHECK (length(country) = 2),
  locale TEXT NOT NULL,
  brand_color TEXT,
  logo_url TEXT,
  support_email TEXT,
  checkout_url_template TEXT,
  sms_countries TEXT NOT NULL CHECK (json_valid(sms_countries)),
  rate_limit_requests INTEGER CHECK (rate_limit_requests > 0),
  rate_limit_window_seconds INTEGER CHECK (rate_limit_window_seconds > 0),
  paylink_send_cap INTEGER NOT NULL DEFAULT 20 CHECK (paylink_send_cap >= 0),
  recipient_send_cap INTEGER NOT NULL DEFAULT 50 CHECK (recipient_send_cap >= 0),
  unkeyed_window_ms INTEGER NOT NULL DEFAULT 10000 CHECK (unkeyed_window_ms >= 0),
  shard INTEGER NOT NULL DEFAULT 0 CHECK (shard BETWEEN 0 AND 31),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  time_zone TEXT,
  consent_by_contract INTEGER NOT NULL DEFAULT 0 CHECK (consent_by_contract IN (0, 1)),
  suspended_at INTEGER,
  override_send_cap INTEGER NOT NULL DEFAULT 5 CHECK (override_send_cap >= 0),
  sms_send_cap INTEGER NOT NULL DEFAULT 2000 CHECK (sms_send_cap >= 0)
) STRICT;

CREATE INDEX merchants_by_parent ON merchants (parent_id);

-- bearer: only the key's SHA-256. hmac and skipify: the secret, AES-256-GCM, the id as associated data.
-- scopes: a JSON list; null: all. last_used_at: the hour it was last used in.
CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL REFERENCES merchants (id),
  scheme TEXT NOT NULL CHECK (scheme IN ('hmac', 'skipify', 'bearer')),
  label TEXT,
  key_hash TEXT,
  secret_ciphertext TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  scopes TEXT CHECK (json_valid(scopes)),
  last_used_at INTEGER,
  CHECK ((scheme = 'bearer') = (key_hash IS NOT NULL)),
  CHECK ((scheme = 'bearer') = (secret_ciphertext IS NULL))
) STRICT;

CREATE UNIQUE INDEX credentials_by_key_hash ON credentials (key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX credentials_by_merchant ON credentials (merchant_id, created_at);

CREATE TABLE paylinks (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL REFERENCES merchants (id),
  version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('CREATED', 'SENT', 'OPENED', 'PAID', 'PARTIALLY_PAID', 'REFUNDED', 'PARTIALLY_REFUNDED', 'EXPIRED', 'CANCELED', 'FAILED')),
  code TEXT NOT NULL UNIQUE,
  checkout_url TEXT,
  merchant_invoice_id TEXT CHECK (length(merchant_invoice_id) <= 255),
  order_id TEXT,
  currency_code TEXT NOT NULL CHECK (length(currency_code) = 3),
  description TEXT CHECK (length(description) <= 255),
  memo TEXT CHECK (length(memo) <= 255),
  metadata TEXT CHECK (json_valid(metadata)),
  customer TEXT NOT NULL CHECK (json_valid(customer)),
  phone_e164 TEXT,
  email_hash TEXT,
  phone_hash TEXT,
  send_email INTEGER NOT NULL CHECK (send_email IN (0, 1)),
  send_sms INTEGER NOT NULL CHECK (send_sms IN (0, 1)),
  customer_consent INTEGER NOT NULL CHECK (customer_consent IN (0, 1)),
  attachments TEXT NOT NULL CHECK (json_valid(attachments)),
  tax INTEGER CHECK (tax >= 0),
  shipping INTEGER CHECK (shipping >= 0),
  sub_total INTEGER NOT NULL CHECK (sub_total >= 0),
  total INTEGER NOT NULL CHECK (total >= 0),
  order_total INTEGER,
  approved_amount INTEGER,
  expiration INTEGER NOT NULL,
  last_sent_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  create_key TEXT,
  create_fingerprint TEXT,
  first_opened_at INTEGER,
  last_opened_at INTEGER,
  open_count INTEGER NOT NULL DEFAULT 0,
  success_url TEXT,
  callback_url TEXT,
  brand_name TEXT,
  brand_logo_url TEXT,
  invoice_refs TEXT CHECK (json_valid(invoice_refs)),
  consent TEXT CHECK (json_valid(consent)),
  -- What lies in R2 for each name of attachments: {name, key, type, size, sha256}.
  files TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(files)),
  -- 1: over (PAID, REFUNDED, PARTIALLY_REFUNDED, EXPIRED, CANCELED); 0: not; null: written before this column, and not looked at yet.
  ended INTEGER,
  CHECK ((create_key IS NULL) = (create_fingerprint IS NULL))
) STRICT;

CREATE INDEX paylinks_by_merchant ON paylinks (merchant_id, created_at DESC, id DESC);
CREATE INDEX paylinks_by_invoice ON paylinks (merchant_id, merchant_invoice_id, created_at DESC, id DESC) WHERE merchant_invoice_id IS NOT NULL;
CREATE INDEX paylinks_by_email ON paylinks (email_hash, merchant_id) WHERE email_hash IS NOT NULL;
CREATE INDEX paylinks_by_phone ON paylinks (phone_hash, merchant_id) WHERE phone_hash IS NOT NULL;
CREATE INDEX paylinks_ended ON paylinks (merchant_id, status, id) WHERE ended = 1;
CREATE INDEX paylinks_open ON paylinks (expiration) WHERE ended = 0;
-- A create key names one Paylink of its merchant for 7 days; the insert that meets it loses.
CREATE UNIQUE INDEX paylinks_by_create_key ON paylinks (merchant_id, create_key) WHERE create_key IS NOT NULL;

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
-- Each attempt is in one of these two. A merchant's SMS of a day are few, as they are capped: they are found by time.
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
  actor TEXT CHECK (json_valid(actor)),
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

-- merchant_id '*' is a shared sender's: it binds every merchant on it. `recipient` is null once erased; the hash stays.
CREATE TABLE suppressions (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('EMAIL', 'SMS')),
  recipient_hash TEXT NOT NULL,
  recipient TEXT,
  reason TEXT NOT NULL CHECK (reason IN ('hard_bounce', 'complaint', 'stop', 'unsubscribe', 'erased')),
  created_at INTEGER NOT NULL,
  UNIQUE (recipient_hash, channel, merchant_id)
) STRICT;

CREATE INDEX suppressions_by_merchant ON suppressions (merchant_id, created_at DESC, id DESC);

-- The row whose id is its merchant's is no endpoint: its secret signs what sessions' callback URLs are told. It subscribes to nothing.
CREATE TABLE webhook_endpoints (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL REFERENCES merchants (id),
  url TEXT NOT NULL,
  description TEXT,
  event_types TEXT NOT NULL CHECK (json_valid(event_types)),
  secret_ciphertext TEXT NOT NULL,
  previous_secret_ciphertext TEXT,
  previous_secret_expires_at INTEGER,
  disabled_at INTEGER,
  disabled_reason TEXT,
  failing_since INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  format TEXT NOT NULL DEFAULT 'standard' CHECK (format IN ('standard', 'skipify')),
  header_names TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(header_names)),
  headers_ciphertext TEXT,
  include_children INTEGER NOT NULL DEFAULT 0 CHECK (include_children IN (0, 1))
) STRICT;

CREATE INDEX webhook_endpoints_by_merchant ON webhook_endpoints (merchant_id, created_at);

CREATE TABLE inbox_messages (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL,
  paylink_id TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('EMAIL', 'SMS')),
  recipient TEXT NOT NULL,
  subject TEXT,
  text TEXT NOT NULL,
  html TEXT,
  created_at INTEGER NOT NULL,
  headers TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(headers)),
  read_at INTEGER
) STRICT;

CREATE INDEX inbox_messages_by_time ON inbox_messages (created_at DESC, id DESC);
CREATE INDEX inbox_messages_by_merchant ON inbox_messages (merchant_id, created_at DESC, id DESC);
CREATE INDEX inbox_messages_by_recipient ON inbox_messages (recipient, created_at DESC, id DESC);
CREATE INDEX inbox_messages_by_paylink ON inbox_messages (paylink_id, created_at DESC, id DESC);

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
  -- The callback URL of a session; null: to the endpoint. Then endpoint_id is the merchant's own id.
  url TEXT,
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

-- The hourly roll-up. Only the cron writes it (src/stats/sweep.ts): a create or a send costs nothing more. hour: hours since the epoch, UTC.

-- Of the Paylinks created in the hour. amounts: {currency: [requested, paid, refunded]}, minor units. *_seconds: {bucket: count}
-- (src/stats/median.ts), from the creation on.
CREATE TABLE stats_paylinks (
  merchant_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  created INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  paid INTEGER NOT NULL,
  amounts TEXT NOT NULL CHECK (json_valid(amounts)),
  open_seconds TEXT NOT NULL CHECK (json_valid(open_seconds)),
  pay_seconds TEXT NOT NULL CHECK (json_valid(pay_seconds)),
  PRIMARY KEY (merchant_id, hour)
) STRICT, WITHOUT ROWID;

-- Of the messages that providers were asked for in the hour, as they stand now.
CREATE TABLE stats_messages (
  merchant_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  channel TEXT NOT NULL,
  provider TEXT NOT NULL,
  sent INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  bounced INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  PRIMARY KEY (merchant_id, hour, channel, provider)
) STRICT, WITHOUT ROWID;

-- The operator reads the roll-up by hour. Only the cron writes these indexes.
CREATE INDEX stats_messages_by_hour ON stats_messages (hour);
CREATE INDEX stats_messages_unknown ON stats_messages (hour) WHERE unknown > 0;

-- Which merchants were refused because their quota was used up. hour: hours since the epoch, UTC. Isolates write it beside a 429, each at
-- most once a minute and merchant, so refused is a lower bound.
CREATE TABLE over_quota (
  hour INTEGER NOT NULL,
  merchant_id TEXT NOT NULL,
  refused INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (hour, merchant_id)
) STRICT, WITHOUT ROWID;

-- The tables of before 0020: the cron moves their rows to the tables above, and reads look at both.

CREATE TABLE line_items (
  id TEXT PRIMARY KEY,
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
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX line_items_by_paylink ON line_items (paylink_id, position);

CREATE TABLE delivery_logs (
  id TEXT PRIMARY KEY,
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
  accepted_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  settled_by TEXT
) STRICT;
CREATE INDEX delivery_logs_by_paylink ON delivery_logs (paylink_id, created_at);
CREATE INDEX delivery_logs_by_recipient ON delivery_logs (merchant_id, recipient_hash, created_at);
CREATE INDEX delivery_logs_by_message ON delivery_logs (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  paylink_id TEXT NOT NULL REFERENCES paylinks (id),
  type TEXT NOT NULL,
  old_value TEXT CHECK (json_valid(old_value)),
  new_value TEXT CHECK (json_valid(new_value)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_paylink ON events (paylink_id, version, id);

CREATE TABLE orders (
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
  PRIMARY KEY (paylink_id, id)
) STRICT;
CREATE INDEX orders_by_id ON orders (id);

CREATE TABLE provider_events (
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
CREATE INDEX provider_events_due ON provider_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX provider_events_by_age ON provider_events (received_at);

CREATE TABLE webhook_deliveries (
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
  CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created_at);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  id TEXT PRIMARY KEY,
  delivery_id TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed')),
  status_code INTEGER,
  error TEXT,
  answer TEXT,
  duration_ms INTEGER NOT NULL,
  attempted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_attempts_by_endpoint ON webhook_attempts (endpoint_id, attempted_at DESC, id DESC);
CREATE INDEX webhook_attempts_by_age ON webhook_attempts (attempted_at);

-- Which key hashes recipients, by its fingerprint: one row, written once. Under another key every STOP would be forgotten.
CREATE TABLE recipient_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Until when messages may carry unsubscribe links that nobody signed: those of earlier releases.
CREATE TABLE unsigned_links (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sent_until INTEGER NOT NULL
) STRICT;

-- Who did what: rows are only ever added. id: a UUIDv7, so its order is that of time. merchant_id '*': the whole installation.
-- No address and no secret: recipients are named by a suppression's or a Paylink's id.
CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('credential', 'operator', 'customer', 'provider', 'gateway')),
  actor_id TEXT,
  actor_label TEXT,
  action TEXT NOT NULL,
  subject TEXT,
  details TEXT CHECK (json_valid(details))
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_merchant ON audit (merchant_id, id);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
