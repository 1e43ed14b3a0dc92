CREATE TABLE intake (
  id BIGSERIAL PRIMARY KEY, intake_key TEXT NOT NULL, format TEXT NOT NULL, received_at BIGINT NOT NULL,
  body BYTEA NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL)
;;
CREATE INDEX intake_by_state ON intake (state, id) WHERE state <> 'digested'
;;
CREATE FUNCTION entries_are_append_only() RETURNS trigger AS $body$
BEGIN
  IF TG_OP = 'UPDATE' AND left(NEW.facts, 12) = '{"redacted":' AND NEW.incident = OLD.incident AND NEW.position = OLD.position
     AND NEW.kind = OLD.kind AND NEW.happened_at = OLD.happened_at AND NEW.recorded_at = OLD.recorded_at
     AND NEW.author = OLD.author AND NEW.source = OLD.source AND NEW.hash = OLD.hash THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the timeline is append-only';
END $body$ LANGUAGE plpgsql
;;
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION entries_are_append_only()
