-- What the inbox was given beside the text, and whether a person has looked at it.
ALTER TABLE inbox_messages ADD COLUMN headers TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(headers));
ALTER TABLE inbox_messages ADD COLUMN read_at INTEGER;
