-- Browsers that pages are pushed to, one row for each device. push_key: the public key it was registered with. ended_at: the push service said that it is gone.
CREATE TABLE devices (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, endpoint TEXT NOT NULL UNIQUE, p256dh TEXT NOT NULL, auth TEXT NOT NULL,
  push_key TEXT NOT NULL, added_at BIGINT NOT NULL, ended_at BIGINT, why TEXT NOT NULL DEFAULT ''
)
;;
-- The key that push services know this stanch by (RFC 8292), sealed under the secret key. One row, shared by all replicas.
CREATE TABLE push_keys (id INTEGER PRIMARY KEY, sealed TEXT NOT NULL, public TEXT NOT NULL, made_at BIGINT NOT NULL)
