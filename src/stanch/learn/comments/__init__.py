"""Comments on a postmortem, changes that are suggested to it, and who is mentioned in them."""
