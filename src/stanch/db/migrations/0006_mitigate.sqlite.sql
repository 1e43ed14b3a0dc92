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
;;
CREATE TABLE exhibits (digest TEXT PRIMARY KEY, content BLOB NOT NULL)
;;
INSERT OR IGNORE INTO exhibits (digest, content) SELECT digest, CAST(content AS BLOB) FROM evidence
;;
ALTER TABLE evidence DROP COLUMN content
;;
ALTER TABLE evidence ADD COLUMN size INTEGER NOT NULL DEFAULT 0
;;
UPDATE evidence SET size = (SELECT length(content) FROM exhibits WHERE exhibits.digest = evidence.digest)
;;
CREATE TRIGGER exhibits_no_delete BEFORE DELETE ON exhibits BEGIN
  SELECT RAISE(ABORT, 'evidence is kept as it is');
END
;;
CREATE TRIGGER exhibits_no_update BEFORE UPDATE ON exhibits BEGIN
  SELECT RAISE(ABORT, 'evidence is kept as it is');
END
;;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence BEGIN
  SELECT RAISE(ABORT, 'evidence is kept as it is');
END
;;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence BEGIN
  SELECT RAISE(ABORT, 'evidence is kept as it is');
END
