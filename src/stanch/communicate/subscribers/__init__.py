"""Who follows a status page, and how each update reaches each of them once (R33)."""
