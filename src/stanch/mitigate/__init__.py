"""The mitigate phase (R16, R19, R23, R24): the toolkit, its ranking, execution at most once, evidence, outcome."""
