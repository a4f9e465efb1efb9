-- A line break or a tab in a checkout's template made every short link of its merchant fail. The URL standard leaves them out; so do we.
UPDATE merchants
SET checkout_url_template = trim(replace(replace(replace(checkout_url_template, char(9), ''), char(10), ''), char(13), '')),
  updated_at = updated_at + 1
WHERE checkout_url_template GLOB '*[' || char(9) || char(10) || char(13) || ']*' OR checkout_url_template <> trim(checkout_url_template);
