"""Now: prompts for the actor, open incidents, who is on call, and waiting items."""
