DROP INDEX intake_by_state
;;
CREATE INDEX intake_new ON intake (id) WHERE state = 'new'
;;
CREATE INDEX intake_unparsable ON intake (id) WHERE state = 'unparsable'
;;
CREATE INDEX incidents_by_opening ON incidents (opened_at)
;;
CREATE INDEX incidents_by_ending ON incidents (service, resolved_at)
;;
CREATE INDEX entries_attached ON entries (incident) WHERE kind = 'signal_attached'
;;
CREATE INDEX entries_posted ON entries (incident) WHERE kind = 'update_posted'
;;
CREATE INDEX signals_firing ON signals (intake_key, fingerprint) WHERE state = 'firing'
;;
CREATE INDEX signals_by_disposition ON signals (disposition, last_seen)
;;
CREATE INDEX deploys_by_moment ON deploys (deployed_at)
;;
CREATE INDEX outbox_by_end ON outbox (done_at) WHERE done_at IS NOT NULL
;;
CREATE INDEX answers_by_moment ON answers (created_at)
;;
CREATE INDEX measurements_by_moment ON measurements (at)
;;
CREATE INDEX surveys_by_moment ON surveys (taken_at)
