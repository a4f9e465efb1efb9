-- Who did what. Rows are only ever added: two triggers refuse the rest.
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
