ALTER TABLE entries ADD COLUMN salt TEXT NOT NULL DEFAULT ''
;;
DROP TRIGGER entries_no_update
;;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
WHEN NEW.facts NOT LIKE '{"redacted":%' OR NEW.salt <> '' OR NEW.incident <> OLD.incident OR NEW.position <> OLD.position
  OR NEW.kind <> OLD.kind OR NEW.happened_at <> OLD.happened_at OR NEW.recorded_at <> OLD.recorded_at
  OR NEW.author <> OLD.author OR NEW.source <> OLD.source OR NEW.hash <> OLD.hash
BEGIN
  SELECT RAISE(ABORT, 'the timeline is append-only');
END
;;
DROP TRIGGER exhibits_no_update
;;
CREATE TRIGGER exhibits_no_update BEFORE UPDATE ON exhibits
WHEN NEW.digest <> OLD.digest OR NEW.content <> CAST('redacted' AS BLOB)
BEGIN
  SELECT RAISE(ABORT, 'evidence is kept as it is');
END
