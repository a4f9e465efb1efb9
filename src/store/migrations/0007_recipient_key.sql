-- Which key hashes recipients, by its fingerprint: one row, written once. Under another key every STOP would be forgotten.
CREATE TABLE recipient_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
