-- Where a delivery goes when it is not to an endpoint: the callback URL that its Paylink had. endpoint_id is the merchant's own id then.
ALTER TABLE endpoint_deliveries ADD COLUMN url TEXT;
