ALTER TABLE signals ADD COLUMN silence TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE signals ADD COLUMN silenced_by TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE signals ADD COLUMN silence_reason TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE signals ADD COLUMN silenced_at BIGINT
;;
ALTER TABLE signals ADD COLUMN silenced_until BIGINT
;;
CREATE INDEX signals_silenced ON signals (silenced_until) WHERE silenced_until IS NOT NULL
