UPDATE signals SET fingerprint = intake_key || '/' || fingerprint
WHERE intake_key NOT IN ('heartbeats', 'probes', 'slo') AND substr(fingerprint, 1, length(intake_key) + 1) <> intake_key || '/'
;;
UPDATE signals SET grouping = intake_key || '/' || grouping WHERE grouping <> ''
;;
CREATE INDEX intake_partly ON intake (id) WHERE state = 'partly'
