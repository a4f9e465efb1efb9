-- How an endpoint is told: in which format, with which headers of its own (sealed JSON), and whether of the merchant's children too.
ALTER TABLE webhook_endpoints ADD COLUMN format TEXT NOT NULL DEFAULT 'standard' CHECK (format IN ('standard', 'skipify'));
ALTER TABLE webhook_endpoints ADD COLUMN header_names TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(header_names));
ALTER TABLE webhook_endpoints ADD COLUMN headers_ciphertext TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN include_children INTEGER NOT NULL DEFAULT 0 CHECK (include_children IN (0, 1));
