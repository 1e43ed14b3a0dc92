ALTER TABLE intake ADD COLUMN about TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE intake ADD COLUMN request TEXT NOT NULL DEFAULT ''
;;
CREATE INDEX intake_by_request ON intake (request) WHERE request <> ''
;;
ALTER TABLE signals ADD COLUMN acknowledged_by TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE signals ADD COLUMN turns INTEGER NOT NULL DEFAULT 0
;;
ALTER TABLE signals ADD COLUMN turns_since BIGINT NOT NULL DEFAULT 0
;;
ALTER TABLE signals ADD COLUMN newest_start BIGINT NOT NULL DEFAULT 0
;;
ALTER TABLE signals ADD COLUMN told_end BIGINT
;;
ALTER TABLE signals ADD COLUMN grouping TEXT NOT NULL DEFAULT ''
;;
CREATE INDEX signals_by_grouping ON signals (grouping) WHERE grouping <> '' AND state = 'firing'
;;
ALTER TABLE deploys ADD COLUMN summary TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE deploys ADD COLUMN link TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE deploys ADD COLUMN identity TEXT NOT NULL DEFAULT ''
;;
CREATE UNIQUE INDEX deploys_by_identity ON deploys (identity) WHERE identity <> ''
;;
CREATE TABLE heartbeats (
  name TEXT PRIMARY KEY, every DOUBLE PRECISION NOT NULL, grace DOUBLE PRECISION NOT NULL, service TEXT NOT NULL,
  severity TEXT NOT NULL, summary TEXT NOT NULL, enabled INTEGER NOT NULL, configured INTEGER NOT NULL,
  last_beat BIGINT, silent INTEGER NOT NULL, deadline BIGINT)
;;
CREATE INDEX heartbeats_by_deadline ON heartbeats (deadline) WHERE deadline IS NOT NULL
;;
CREATE TABLE overrides (
  id TEXT PRIMARY KEY, schedule TEXT NOT NULL, person TEXT NOT NULL, start_at BIGINT NOT NULL, end_at BIGINT NOT NULL,
  author TEXT NOT NULL, reason TEXT NOT NULL, made_at BIGINT NOT NULL, cancelled_at BIGINT)
;;
CREATE INDEX overrides_by_schedule ON overrides (schedule, end_at)
