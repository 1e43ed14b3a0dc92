CREATE TABLE chat_posts (
    chat TEXT NOT NULL,
    incident TEXT NOT NULL,
    room TEXT NOT NULL,
    message TEXT NOT NULL,
    first_entry BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    stale INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat, room, message)
)
;;
CREATE INDEX chat_posts_by_incident ON chat_posts (incident, last_entry)
