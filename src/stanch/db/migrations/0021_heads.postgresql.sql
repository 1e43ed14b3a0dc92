CREATE TABLE heads (
  number INTEGER PRIMARY KEY, incident TEXT NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL, private INTEGER NOT NULL,
  sealed_at BIGINT NOT NULL, digest TEXT NOT NULL, signature TEXT NOT NULL)
;;
CREATE INDEX heads_by_incident ON heads (incident, position)
;;
CREATE FUNCTION heads_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the chain of heads is append-only';
END $$
;;
CREATE TRIGGER heads_append_only BEFORE UPDATE OR DELETE ON heads FOR EACH ROW EXECUTE FUNCTION heads_are_append_only()
