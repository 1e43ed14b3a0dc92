-- A row for each incident and chat: its room, and how far the room has followed the record (R34).
CREATE TABLE chat_rooms (
    chat TEXT NOT NULL,
    incident TEXT NOT NULL,
    room TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'wanted',
    round INTEGER NOT NULL DEFAULT 1,
    posted INTEGER NOT NULL DEFAULT 0,
    sending INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    summary TEXT NOT NULL DEFAULT '',
    summary_text TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0,
    topic TEXT NOT NULL DEFAULT '',
    people TEXT NOT NULL DEFAULT '{}',
    strangers TEXT NOT NULL DEFAULT '[]',
    prompts TEXT NOT NULL DEFAULT '{}',
    problem TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (chat, incident)
)
;;
CREATE INDEX chat_rooms_room ON chat_rooms (chat, room)
;;
-- Everything that was heard, by its identity in the chat: nothing becomes two entries.
CREATE TABLE chat_heard (
    chat TEXT NOT NULL,
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    incident TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat, room, id)
)
;;
CREATE INDEX chat_heard_at ON chat_heard (chat, room, at)
;;
-- Where reading goes on, and who reads: one process at a time.
CREATE TABLE chat_reading (
    chat TEXT PRIMARY KEY,
    token TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    leased_until BIGINT NOT NULL DEFAULT 0,
    read_at BIGINT NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    problem_at BIGINT NOT NULL DEFAULT 0
)
