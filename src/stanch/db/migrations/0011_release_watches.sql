CREATE TABLE release_watches (adapter TEXT PRIMARY KEY, bookmark TEXT NOT NULL, trouble TEXT NOT NULL, looked_at BIGINT NOT NULL)
