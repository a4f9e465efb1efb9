-- Which credential an event is the work of: JSON with credentialId and label; null: nobody with a credential.
ALTER TABLE paylink_events ADD COLUMN actor TEXT CHECK (json_valid(actor));
