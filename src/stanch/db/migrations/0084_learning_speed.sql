CREATE INDEX learning_factors_by_service ON learning_factors (factor, service, ended_at, private, incident)
;;
CREATE INDEX learning_items_by_age ON learning_items (added_at, due_at, private, service, incident) WHERE done_at IS NULL
