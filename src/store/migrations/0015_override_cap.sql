-- Strangers (given by `to`) that one Paylink is sent to in 24 h.
ALTER TABLE merchants ADD COLUMN override_send_cap INTEGER NOT NULL DEFAULT 5 CHECK (override_send_cap >= 0);
