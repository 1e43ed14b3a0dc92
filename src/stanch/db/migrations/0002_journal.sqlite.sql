CREATE TABLE intake (
  id INTEGER PRIMARY KEY AUTOINCREMENT, intake_key TEXT NOT NULL, format TEXT NOT NULL, received_at BIGINT NOT NULL,
  body BLOB NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL)
;;
CREATE INDEX intake_by_state ON intake (state, id) WHERE state <> 'digested'
;;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN
  SELECT RAISE(ABORT, 'the timeline is append-only');
END
;;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
WHEN NEW.facts NOT LIKE '{"redacted":%' OR NEW.incident <> OLD.incident OR NEW.position <> OLD.position OR NEW.kind <> OLD.kind
  OR NEW.happened_at <> OLD.happened_at OR NEW.recorded_at <> OLD.recorded_at OR NEW.author <> OLD.author
  OR NEW.source <> OLD.source OR NEW.hash <> OLD.hash
BEGIN
  SELECT RAISE(ABORT, 'the timeline is append-only');
END
