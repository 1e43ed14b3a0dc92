-- Up to which entry somebody has seen an incident's page (R35): now, and before they were away last. No history of looks.
CREATE TABLE looked (
    incident TEXT NOT NULL,
    person TEXT NOT NULL,
    position BIGINT NOT NULL,
    before BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (incident, person)
);
