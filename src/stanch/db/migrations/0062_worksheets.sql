CREATE TABLE worksheets (id TEXT PRIMARY KEY, incident TEXT NOT NULL, content TEXT NOT NULL, changed_at BIGINT NOT NULL, finished_at BIGINT)
;;
CREATE INDEX worksheets_of_incident ON worksheets (incident)
