-- What is remembered of each incident, for finding similar ones while one is live (R50): written in the same transaction as the record.
CREATE TABLE remembered (
    incident TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    content TEXT NOT NULL
)
;;
CREATE UNIQUE INDEX remembered_number ON remembered (number)
;;
CREATE INDEX remembered_version ON remembered (version)
;;
-- The words, alerts and services by which one is found; the newest of a term are read first.
CREATE TABLE remembered_terms (
    term TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (term, number)
)
;;
CREATE INDEX remembered_terms_number ON remembered_terms (number)
