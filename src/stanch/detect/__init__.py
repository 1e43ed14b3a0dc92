"""The detect phase (R1, R13, R17): signals and what becomes of each, probes, deploys."""
