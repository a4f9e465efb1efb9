-- What a person does with the link is counted beside the status, and dates in messages have a time zone.
ALTER TABLE paylinks ADD COLUMN first_opened_at INTEGER;
ALTER TABLE paylinks ADD COLUMN last_opened_at INTEGER;
ALTER TABLE paylinks ADD COLUMN open_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE merchants ADD COLUMN time_zone TEXT;
