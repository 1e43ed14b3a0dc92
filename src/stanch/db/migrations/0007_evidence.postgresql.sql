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
