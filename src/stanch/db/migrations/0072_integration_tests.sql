-- The newest test of each integration (R8): asked by whom, and what the other side said.
CREATE TABLE integration_tests (
  name TEXT PRIMARY KEY, asked_at BIGINT NOT NULL, asked_by TEXT NOT NULL, answered_at BIGINT,
  outcome TEXT NOT NULL, text TEXT NOT NULL)
