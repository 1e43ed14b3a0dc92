"""What is said to whom, and when next (R9, R31-R33): updates on a cadence, the public status page, its wording."""
