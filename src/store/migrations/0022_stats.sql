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
