CREATE TABLE profiles (person TEXT PRIMARY KEY, shown TEXT NOT NULL, theme TEXT NOT NULL, time_zone TEXT NOT NULL, checklist_hidden_at BIGINT)
;;
CREATE TABLE contact_methods (id TEXT PRIMARY KEY, person TEXT NOT NULL, reach TEXT NOT NULL, after_seconds BIGINT NOT NULL, prompts INTEGER NOT NULL, added_at BIGINT NOT NULL, UNIQUE (person, reach))
;;
CREATE TABLE confirmations (person TEXT NOT NULL, reach TEXT NOT NULL, test TEXT NOT NULL, sent_at BIGINT NOT NULL, confirmed_at BIGINT, PRIMARY KEY (person, reach))
;;
CREATE TABLE contacts_version (version TEXT NOT NULL)
;;
INSERT INTO contacts_version (version) VALUES ('first')
