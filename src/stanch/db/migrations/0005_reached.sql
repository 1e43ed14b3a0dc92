CREATE TABLE reached (
  person TEXT NOT NULL, reach TEXT NOT NULL, at BIGINT NOT NULL, ok INTEGER NOT NULL, detail TEXT NOT NULL,
  kind TEXT NOT NULL, last_ok_at BIGINT, PRIMARY KEY (person, reach))
