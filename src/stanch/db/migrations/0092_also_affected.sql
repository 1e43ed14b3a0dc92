-- Services that an incident affects beside its main one, which is in its row: found by service, as for a new alert.
CREATE TABLE also_affected (
    incident TEXT NOT NULL,
    service TEXT NOT NULL,
    PRIMARY KEY (service, incident)
)
;;
CREATE INDEX also_affected_by_incident ON also_affected (incident)
