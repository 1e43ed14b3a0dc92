CREATE INDEX chat_heard_old ON chat_heard (at)
