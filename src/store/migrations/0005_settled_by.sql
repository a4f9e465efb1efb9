-- Who settled an attempt whose outcome was not known, where it was not its provider.
ALTER TABLE delivery_logs ADD COLUMN settled_by TEXT;
