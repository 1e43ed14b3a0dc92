DROP INDEX learning_incidents_by_part
;;
DROP INDEX learning_items_by_part
;;
DROP INDEX learning_items_by_month
;;
DROP INDEX learning_items_by_owner
;;
DROP INDEX learning_items_by_service
;;
CREATE TABLE learning_sums (
    about TEXT NOT NULL, name TEXT NOT NULL, service TEXT NOT NULL, month INTEGER NOT NULL, private INTEGER NOT NULL,
    n BIGINT NOT NULL, good BIGINT NOT NULL,
    PRIMARY KEY (about, name, service, month, private)
)
;;
-- What was added to or taken from the sums since they were added up.
CREATE TABLE learning_changes (
    id BIGSERIAL PRIMARY KEY, about TEXT NOT NULL, month INTEGER NOT NULL, name TEXT NOT NULL, service TEXT NOT NULL,
    private INTEGER NOT NULL, n BIGINT NOT NULL, good BIGINT NOT NULL
)
;;
-- What each incident adds to the sums. `change`: the number of the write of its rows; another one there is by a replica of an older release.
CREATE TABLE learning_summed (incident TEXT PRIMARY KEY, change BIGINT NOT NULL, content TEXT NOT NULL)
;;
CREATE INDEX learning_incidents_of_time ON learning_incidents (ended_at) WHERE ended_at IS NOT NULL
;;
CREATE INDEX learning_incidents_of_service ON learning_incidents (service, ended_at)
;;
CREATE INDEX learning_items_of_service ON learning_items (service, added_at, completed, private, incident, month, purpose, owner)
;;
CREATE INDEX learning_items_of_time ON learning_items (added_at)
;;
CREATE INDEX learning_factors_of_time ON learning_factors (ended_at)
;;
CREATE INDEX learning_factors_of_service ON learning_factors (service, ended_at)
