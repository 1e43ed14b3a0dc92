CREATE TABLE words (
  id BIGINT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL,
  found TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || text)) STORED)
;;
CREATE INDEX words_found ON words USING gin (found)
;;
CREATE INDEX words_titles ON words USING gin (found) WHERE title <> ''
;;
CREATE TABLE words_left (number INTEGER PRIMARY KEY)
;;
INSERT INTO words_left (number) SELECT number FROM incidents
;;
CREATE FUNCTION words_of_title() RETURNS trigger AS $$
BEGIN
  INSERT INTO words (id, title, text) VALUES (NEW.number::BIGINT * 2147483648, NEW.id || ' ' || NEW.title, '')
    ON CONFLICT (id) DO UPDATE SET title = excluded.title;
  RETURN NULL;
END $$ LANGUAGE plpgsql
;;
CREATE TRIGGER words_of_title AFTER INSERT OR UPDATE OF title ON incidents FOR EACH ROW EXECUTE FUNCTION words_of_title()
;;
CREATE FUNCTION words_of_redacted() RETURNS trigger AS $$
BEGIN
  DELETE FROM words WHERE id = substr(NEW.incident, 5)::BIGINT * 2147483648 + NEW.position;
  RETURN NULL;
END $$ LANGUAGE plpgsql
;;
CREATE TRIGGER words_of_redacted AFTER UPDATE OF facts ON entries FOR EACH ROW WHEN (OLD.facts <> NEW.facts) EXECUTE FUNCTION words_of_redacted()
;;
INSERT INTO timers (key, due_at, leased_until) VALUES ('words', 0, 0)
