-- What the GraphQL surface knows of a payment session beyond a Paylink, and where the customer goes after paying.
ALTER TABLE paylinks ADD COLUMN success_url TEXT;
ALTER TABLE paylinks ADD COLUMN callback_url TEXT;
ALTER TABLE paylinks ADD COLUMN brand_name TEXT;
ALTER TABLE paylinks ADD COLUMN brand_logo_url TEXT;
ALTER TABLE paylinks ADD COLUMN invoice_refs TEXT CHECK (json_valid(invoice_refs));
ALTER TABLE merchants ADD COLUMN consent_by_contract INTEGER NOT NULL DEFAULT 0 CHECK (consent_by_contract IN (0, 1));
-- Only payments write this index.
CREATE INDEX orders_by_id ON orders (id);
