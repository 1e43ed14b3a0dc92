CREATE TABLE entries (
  incident TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
  happened_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  author TEXT NOT NULL, source TEXT NOT NULL, facts TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (incident, position))
;;
CREATE TABLE incidents (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, service TEXT NOT NULL,
  status TEXT NOT NULL, severity TEXT NOT NULL, phase TEXT NOT NULL, private INTEGER NOT NULL,
  opened_at BIGINT NOT NULL, resolved_at BIGINT, changed_at BIGINT NOT NULL, position INTEGER NOT NULL)
;;
CREATE INDEX incidents_by_status ON incidents (status, number)
;;
CREATE TABLE members (incident TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (incident, person))
;;
CREATE TABLE timers (
  key TEXT PRIMARY KEY, due_at BIGINT NOT NULL, leased_until BIGINT NOT NULL)
;;
CREATE INDEX timers_by_due ON timers (due_at)
;;
CREATE TABLE outbox (
  key TEXT PRIMARY KEY, kind TEXT NOT NULL, incident TEXT NOT NULL, payload TEXT NOT NULL,
  state TEXT NOT NULL, due_at BIGINT NOT NULL, attempts INTEGER NOT NULL,
  leased_until BIGINT NOT NULL, owner TEXT NOT NULL DEFAULT '', last_error TEXT NOT NULL, created_at BIGINT NOT NULL, done_at BIGINT)
;;
CREATE INDEX outbox_by_due ON outbox (state, due_at)
;;
CREATE TABLE signals (
  fingerprint TEXT PRIMARY KEY, intake_key TEXT NOT NULL, name TEXT NOT NULL, service TEXT NOT NULL,
  severity TEXT NOT NULL, summary TEXT NOT NULL, labels TEXT NOT NULL, annotations TEXT NOT NULL, link TEXT NOT NULL,
  state TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
  repeats INTEGER NOT NULL, disposition TEXT NOT NULL, reason TEXT NOT NULL, decided_by TEXT NOT NULL, incident TEXT NOT NULL,
  hold_until BIGINT, lease_until BIGINT)
;;
CREATE INDEX signals_by_seen ON signals (last_seen)
;;
CREATE INDEX signals_by_hold ON signals (hold_until) WHERE hold_until IS NOT NULL
;;
CREATE INDEX signals_by_lease ON signals (lease_until) WHERE state = 'firing' AND lease_until IS NOT NULL
;;
CREATE INDEX signals_by_incident ON signals (incident)
;;
CREATE TABLE deploys (
  id TEXT PRIMARY KEY, service TEXT NOT NULL, release TEXT NOT NULL, previous TEXT NOT NULL, deployed_at BIGINT NOT NULL,
  reversible INTEGER NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL)
;;
CREATE INDEX deploys_by_service ON deploys (service, deployed_at)
;;
CREATE TABLE mitigation_runs (
  run TEXT PRIMARY KEY, incident TEXT NOT NULL, service TEXT NOT NULL, mitigation TEXT NOT NULL, started_at BIGINT NOT NULL,
  effect_seconds REAL, outcome TEXT NOT NULL, confirmation TEXT NOT NULL UNIQUE)
;;
CREATE TABLE evidence (
  digest TEXT NOT NULL, incident TEXT NOT NULL, run TEXT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL,
  captured_at BIGINT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (incident, run, name))
;;
CREATE TABLE probe_results (
  probe TEXT PRIMARY KEY, service TEXT NOT NULL, ok INTEGER NOT NULL, failures INTEGER NOT NULL, detail TEXT NOT NULL,
  checked_at BIGINT NOT NULL, took_ms REAL NOT NULL)
;;
CREATE TABLE people (
  name TEXT PRIMARY KEY, password TEXT NOT NULL, admin INTEGER NOT NULL, created_at BIGINT NOT NULL)
;;
CREATE TABLE credentials (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL,
  expires_at BIGINT)
;;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL)
;;
CREATE TABLE measurements (incident TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (incident, name, at))
