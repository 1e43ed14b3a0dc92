"""The learn phase (R43, R46, R48, R49): the decision, the postmortem, action items, the three-week question."""
