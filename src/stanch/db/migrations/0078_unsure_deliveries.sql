-- When a message had left for this subscriber and stanch was killed before the answer: it is not sent again, and may not have arrived.
ALTER TABLE status_subscribers ADD COLUMN unsure_at BIGINT
