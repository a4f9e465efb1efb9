-- What lies in R2 for each name of `attachments`: a JSON array of {name, key, type, size, sha256}.
ALTER TABLE paylinks ADD COLUMN files TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(files));
