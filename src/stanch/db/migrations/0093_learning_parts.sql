DROP INDEX learning_incidents_by_change
;;
CREATE INDEX learning_incidents_by_part ON learning_incidents (number, change)
;;
CREATE INDEX learning_items_by_part ON learning_items (number)
