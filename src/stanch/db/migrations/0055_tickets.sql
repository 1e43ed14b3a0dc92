-- A row for each ticket in a tracker: what it belongs to, and what both sides said when they last agreed, as digests (R47).
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    tracker TEXT NOT NULL,
    place TEXT NOT NULL,
    incident TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL,
    details INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'wanted',
    remote TEXT NOT NULL DEFAULT '',
    ticket TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    there TEXT NOT NULL DEFAULT '',
    open INTEGER NOT NULL DEFAULT 1,
    ours TEXT NOT NULL DEFAULT '{}',
    theirs TEXT NOT NULL DEFAULT '{}',
    conflicts TEXT NOT NULL DEFAULT '{}',
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at BIGINT NOT NULL DEFAULT 0,
    trying_at BIGINT NOT NULL DEFAULT 0,
    hinted_at BIGINT NOT NULL DEFAULT 0,
    checked_at BIGINT NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    problem_since BIGINT NOT NULL DEFAULT 0,
    away INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
)
;;
CREATE UNIQUE INDEX tickets_one ON tickets (kind, incident, subject) WHERE state IN ('wanted', 'linked')
;;
CREATE INDEX tickets_newest ON tickets (kind, created_at)
;;
CREATE INDEX tickets_subject ON tickets (incident, subject)
;;
CREATE INDEX tickets_remote ON tickets (tracker, remote)
;;
CREATE INDEX tickets_place ON tickets (tracker, place, state)
;;
-- Up to which moment a project has been read, and since when it cannot be.
CREATE TABLE tracker_places (
    tracker TEXT NOT NULL,
    place TEXT NOT NULL,
    read_until BIGINT NOT NULL,
    problem TEXT NOT NULL DEFAULT '',
    problem_since BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tracker, place)
)
;;
-- Webhooks by their identity, so that a repeated one is read once.
CREATE TABLE tracker_heard (
    tracker TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tracker, id)
)
