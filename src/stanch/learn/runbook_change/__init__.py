"""What a runbook lacked in an incident, as a change to its file (R50)."""
