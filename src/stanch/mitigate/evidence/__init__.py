"""Evidence (R24): captured beside an action and never before it, content-addressed, immutable, handed out as one bundle."""
