"""What keeps a postmortem from being published: one file for each part that is looked at (R46)."""
