CREATE TABLE heads (
  number INTEGER PRIMARY KEY, incident TEXT NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL, private INTEGER NOT NULL,
  sealed_at BIGINT NOT NULL, digest TEXT NOT NULL, signature TEXT NOT NULL)
;;
CREATE INDEX heads_by_incident ON heads (incident, position)
;;
CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads BEGIN
  SELECT RAISE(ABORT, 'the chain of heads is append-only');
END
;;
CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads BEGIN
  SELECT RAISE(ABORT, 'the chain of heads is append-only');
END
