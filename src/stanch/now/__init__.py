"""Now: what needs whoever asks, what is open, who is on call, what waits."""
