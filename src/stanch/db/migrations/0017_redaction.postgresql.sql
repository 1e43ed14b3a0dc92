ALTER TABLE entries ADD COLUMN salt TEXT NOT NULL DEFAULT ''
;;
CREATE OR REPLACE FUNCTION entries_are_append_only() RETURNS trigger AS $body$
BEGIN
  IF TG_OP = 'UPDATE' AND left(NEW.facts, 12) = '{"redacted":' AND NEW.salt = '' AND NEW.incident = OLD.incident
     AND NEW.position = OLD.position AND NEW.kind = OLD.kind AND NEW.happened_at = OLD.happened_at
     AND NEW.recorded_at = OLD.recorded_at AND NEW.author = OLD.author AND NEW.source = OLD.source AND NEW.hash = OLD.hash THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the timeline is append-only';
END $body$ LANGUAGE plpgsql
;;
CREATE FUNCTION exhibits_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.digest = OLD.digest AND NEW.content = convert_to('redacted', 'UTF8') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'evidence is kept as it is';
END $$
;;
DROP TRIGGER exhibits_kept ON exhibits
;;
CREATE TRIGGER exhibits_kept BEFORE UPDATE OR DELETE ON exhibits FOR EACH ROW EXECUTE FUNCTION exhibits_are_kept()
