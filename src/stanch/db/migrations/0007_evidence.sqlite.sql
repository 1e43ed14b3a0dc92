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
