-- What a credential may do (null: everything), when it was last used, and merchants that may do nothing for now.
ALTER TABLE merchants ADD COLUMN suspended_at INTEGER;
ALTER TABLE credentials ADD COLUMN scopes TEXT CHECK (json_valid(scopes));
ALTER TABLE credentials ADD COLUMN last_used_at INTEGER;
