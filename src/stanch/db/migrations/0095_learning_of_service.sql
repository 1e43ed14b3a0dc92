-- What is read of a service or a team is read from an index alone.
DROP INDEX learning_factors_of_service
;;
DROP INDEX learning_incidents_of_service
;;
CREATE INDEX learning_factors_of_service ON learning_factors (service, ended_at, factor, private, incident)
;;
CREATE INDEX learning_incidents_of_service ON learning_incidents (
    service, ended_at, private, incident, detect, acknowledge, first_public_word, mitigate, resolve, phase_detect, phase_triage, phase_mitigate,
    phase_resolve, updates_promised, updates_kept, handoffs_offered, handoffs_acknowledged, prompts_raised, prompts_heeded
)
;;
CREATE INDEX learning_items_open_of_service ON learning_items (service, due_at, number, item, added_at, private, incident, done_at) WHERE done_at IS NULL
;;
CREATE INDEX learning_runs_of_service ON learning_runs (service, mitigation, outcome, ended_at, private, incident)
