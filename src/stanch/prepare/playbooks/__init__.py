"""Playbooks (R6): the first moves for six shapes that incidents come in, and which of them the evidence points to."""
