-- The default is for a replica of an older release that still writes.
ALTER TABLE learning_incidents ADD COLUMN change BIGINT NOT NULL DEFAULT CAST(floor(random() * 1099511627776) AS BIGINT)
;;
CREATE INDEX learning_incidents_by_change ON learning_incidents (change)
