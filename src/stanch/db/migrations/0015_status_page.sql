-- How often something public has changed: one row, moved in the commit that changes it.
CREATE TABLE status_version (version BIGINT NOT NULL, changed_at BIGINT NOT NULL)
;;
INSERT INTO status_version (version, changed_at) VALUES (0, 0)
;;
-- Since when a component of the status page is known: there is no uptime before.
CREATE TABLE status_components (id TEXT PRIMARY KEY, since BIGINT NOT NULL)
