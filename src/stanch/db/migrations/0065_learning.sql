CREATE TABLE learning_incidents (
  incident TEXT PRIMARY KEY, number BIGINT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL,
  title TEXT NOT NULL, service TEXT NOT NULL, severity TEXT NOT NULL, private INTEGER NOT NULL,
  declared_at BIGINT NOT NULL, ended_at BIGINT, form TEXT NOT NULL, stage TEXT NOT NULL, facilitator TEXT NOT NULL,
  due_at BIGINT, published_at BIGINT,
  detect BIGINT, acknowledge BIGINT, first_public_word BIGINT, mitigate BIGINT, resolve BIGINT,
  phase_detect BIGINT, phase_triage BIGINT, phase_mitigate BIGINT, phase_resolve BIGINT,
  updates_promised INTEGER NOT NULL, updates_kept INTEGER NOT NULL, handoffs_offered INTEGER NOT NULL,
  handoffs_acknowledged INTEGER NOT NULL, prompts_raised INTEGER NOT NULL, prompts_heeded INTEGER NOT NULL
)
;;
CREATE INDEX learning_incidents_ended ON learning_incidents (number) WHERE ended_at IS NOT NULL
;;
CREATE INDEX learning_detect ON learning_incidents (detect, ended_at, private, service, incident) WHERE detect IS NOT NULL
;;
CREATE INDEX learning_acknowledge ON learning_incidents (acknowledge, ended_at, private, service, incident) WHERE acknowledge IS NOT NULL
;;
CREATE INDEX learning_first_public_word ON learning_incidents (first_public_word, ended_at, private, service, incident) WHERE first_public_word IS NOT NULL
;;
CREATE INDEX learning_mitigate ON learning_incidents (mitigate, ended_at, private, service, incident) WHERE mitigate IS NOT NULL
;;
CREATE INDEX learning_resolve ON learning_incidents (resolve, ended_at, private, service, incident) WHERE resolve IS NOT NULL
;;
CREATE INDEX learning_phase_detect ON learning_incidents (phase_detect, ended_at, private, service, incident) WHERE phase_detect IS NOT NULL
;;
CREATE INDEX learning_phase_triage ON learning_incidents (phase_triage, ended_at, private, service, incident) WHERE phase_triage IS NOT NULL
;;
CREATE INDEX learning_phase_mitigate ON learning_incidents (phase_mitigate, ended_at, private, service, incident) WHERE phase_mitigate IS NOT NULL
;;
CREATE INDEX learning_phase_resolve ON learning_incidents (phase_resolve, ended_at, private, service, incident) WHERE phase_resolve IS NOT NULL
;;
CREATE TABLE learning_items (
  incident TEXT NOT NULL, item TEXT NOT NULL, number BIGINT NOT NULL, title TEXT NOT NULL, owner TEXT NOT NULL,
  service TEXT NOT NULL, purpose TEXT NOT NULL, priority TEXT NOT NULL, private INTEGER NOT NULL,
  added_at BIGINT NOT NULL, month INTEGER NOT NULL, due_at BIGINT NOT NULL, done_at BIGINT, completed INTEGER NOT NULL,
  drop_reason TEXT NOT NULL,
  PRIMARY KEY (incident, item)
)
;;
CREATE INDEX learning_items_open ON learning_items (due_at, number, item) WHERE done_at IS NULL
;;
CREATE INDEX learning_items_by_month ON learning_items (month, purpose, added_at, completed, private, service, incident)
;;
CREATE INDEX learning_items_by_owner ON learning_items (owner, added_at, completed, private, service, incident)
;;
CREATE INDEX learning_items_by_service ON learning_items (service, added_at, completed, private, incident)
;;
CREATE TABLE learning_factors (
  factor TEXT NOT NULL, incident TEXT NOT NULL, ended_at BIGINT NOT NULL, service TEXT NOT NULL, private INTEGER NOT NULL,
  PRIMARY KEY (incident, factor)
)
;;
CREATE INDEX learning_factors_by_factor ON learning_factors (factor, ended_at, private, service, incident)
;;
CREATE TABLE learning_runs (
  run TEXT PRIMARY KEY, incident TEXT NOT NULL, service TEXT NOT NULL, mitigation TEXT NOT NULL, outcome TEXT NOT NULL,
  effect_seconds DOUBLE PRECISION, ended_at BIGINT NOT NULL, private INTEGER NOT NULL
)
;;
CREATE INDEX learning_runs_of_incident ON learning_runs (incident)
;;
CREATE INDEX learning_runs_by_mitigation ON learning_runs (mitigation, service, outcome, effect_seconds, ended_at, private, incident)
