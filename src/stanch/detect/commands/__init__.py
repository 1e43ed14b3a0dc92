"""What people may ask while listening: signals, deploys, and what watches from outside."""
