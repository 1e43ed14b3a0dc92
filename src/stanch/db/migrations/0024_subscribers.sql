-- Who follows a status page. components: a JSON list of ids, empty for all. state: pending or active; who leaves is deleted.
CREATE TABLE status_subscribers (
  id BIGINT PRIMARY KEY, page TEXT NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL, components TEXT NOT NULL, state TEXT NOT NULL,
  created_at BIGINT NOT NULL, asked BIGINT NOT NULL DEFAULT 1, confirmed_at BIGINT, failing_since BIGINT, error TEXT NOT NULL DEFAULT '',
  UNIQUE (page, kind, address)
)
;;
-- What still has to reach whom: one row for each update and subscriber; a row that is done stays until the update is done for all.
CREATE TABLE status_deliveries (
  announcement TEXT NOT NULL, subscriber BIGINT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL,
  PRIMARY KEY (announcement, subscriber)
)
;;
CREATE INDEX status_deliveries_queued ON status_deliveries (announcement, due_at) WHERE state = 'queued'
;;
-- How far an update has been put into the queue.
CREATE TABLE status_announcements (id TEXT PRIMARY KEY, queued_to BIGINT NOT NULL DEFAULT 0)
