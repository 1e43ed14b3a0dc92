"""What an incident did, computed from the metrics and from the record once it is over (R46)."""
