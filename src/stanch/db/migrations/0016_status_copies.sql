-- What each publisher holds of the status pages. files: path -> digest of the bytes it has; claimed_until: by whoever publishes now.
CREATE TABLE status_copies (
  publisher TEXT PRIMARY KEY, version BIGINT NOT NULL, published_at BIGINT, failed_at BIGINT, error TEXT NOT NULL DEFAULT '',
  files TEXT NOT NULL DEFAULT '{}', claimed_until BIGINT NOT NULL DEFAULT 0
)
