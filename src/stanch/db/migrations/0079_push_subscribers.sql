-- Of subscribers by Web Push: the keys of their browser, and ours that it knows (a JSON list of three); empty for all others.
ALTER TABLE status_subscribers ADD COLUMN push TEXT NOT NULL DEFAULT ''
