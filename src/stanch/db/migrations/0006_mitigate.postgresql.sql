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
CREATE TABLE exhibits (digest TEXT PRIMARY KEY, content BYTEA NOT NULL)
;;
INSERT INTO exhibits (digest, content) SELECT digest, convert_to(content, 'UTF8') FROM evidence ON CONFLICT DO NOTHING
;;
ALTER TABLE evidence DROP COLUMN content
;;
ALTER TABLE evidence ADD COLUMN size INTEGER NOT NULL DEFAULT 0
;;
UPDATE evidence SET size = (SELECT length(content) FROM exhibits WHERE exhibits.digest = evidence.digest)
;;
CREATE FUNCTION evidence_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'evidence is kept as it is';
END $$
;;
CREATE TRIGGER exhibits_kept BEFORE UPDATE OR DELETE ON exhibits FOR EACH ROW EXECUTE FUNCTION evidence_is_kept()
;;
CREATE TRIGGER evidence_kept BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_is_kept()
