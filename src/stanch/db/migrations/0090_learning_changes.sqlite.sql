ALTER TABLE learning_incidents ADD COLUMN change BIGINT NOT NULL DEFAULT 0
;;
CREATE INDEX learning_incidents_by_change ON learning_incidents (change)
