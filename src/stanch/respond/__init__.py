"""The live response (R5, R10-R12, R25-R27): incidents, phases, roles, paging, prompts and the six facts."""
