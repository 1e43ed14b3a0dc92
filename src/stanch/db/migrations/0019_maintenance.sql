-- Planned work: what stands on the status page, and whose signals wake nobody meanwhile. services: a JSON list of names.
CREATE TABLE maintenances (
  number BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, services TEXT NOT NULL, state TEXT NOT NULL,
  starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, remind_at BIGINT, created_at BIGINT NOT NULL, sequence BIGINT NOT NULL DEFAULT 0
)
;;
CREATE INDEX maintenances_ahead ON maintenances (starts_at) WHERE state IN ('scheduled', 'in_progress', 'verifying')
;;
CREATE TABLE maintenance_posts (
  maintenance TEXT NOT NULL, position BIGINT NOT NULL, state TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL, author TEXT NOT NULL,
  PRIMARY KEY (maintenance, position)
)
