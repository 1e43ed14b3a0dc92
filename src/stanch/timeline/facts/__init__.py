"""What entries state, a file for each phase: the fields, the sentence for people, and the effect on the record."""
