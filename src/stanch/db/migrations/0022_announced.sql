-- How far the announcements of an incident have come in each place, and what is wrong there (R34).
CREATE TABLE announced (
    name TEXT NOT NULL,
    incident TEXT NOT NULL,
    posted INTEGER NOT NULL DEFAULT 0,
    number INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    since BIGINT NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (name, incident)
)
