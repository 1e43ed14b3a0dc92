"""The just-culture worksheet (R45): what kind of conduct it was, for its facilitators only, and what the system must change."""
