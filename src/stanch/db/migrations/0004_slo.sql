CREATE TABLE burns (
  service TEXT NOT NULL, slo TEXT NOT NULL, span TEXT NOT NULL, ratio DOUBLE PRECISION, events DOUBLE PRECISION,
  measured_at BIGINT NOT NULL, PRIMARY KEY (service, slo, span))
;;
CREATE TABLE burn_history (
  service TEXT NOT NULL, slo TEXT NOT NULL, at BIGINT NOT NULL, burn_1h DOUBLE PRECISION, burn_6h DOUBLE PRECISION,
  budget_remaining DOUBLE PRECISION, PRIMARY KEY (service, slo, at))
;;
CREATE TABLE slo_verdicts (
  service TEXT NOT NULL, slo TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL, proposal TEXT NOT NULL,
  problem TEXT NOT NULL, since BIGINT NOT NULL, evaluated_at BIGINT NOT NULL, PRIMARY KEY (service, slo))
