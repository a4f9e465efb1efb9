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
