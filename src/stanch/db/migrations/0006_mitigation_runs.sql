ALTER TABLE mitigation_runs ADD COLUMN kind TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE mitigation_runs ADD COLUMN adapter TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE mitigation_runs ADD COLUMN target TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE mitigation_runs ADD COLUMN undo_of TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE mitigation_runs ADD COLUMN undo TEXT NOT NULL DEFAULT '{}'
;;
ALTER TABLE mitigation_runs ADD COLUMN likeness TEXT NOT NULL DEFAULT '[]'
;;
ALTER TABLE mitigation_runs ADD COLUMN progress TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE mitigation_runs ADD COLUMN undo_seconds REAL
;;
CREATE INDEX mitigation_runs_by_service ON mitigation_runs (service, mitigation)
;;
CREATE TABLE surveys (incident TEXT PRIMARY KEY, taken_at BIGINT NOT NULL, content TEXT NOT NULL)
