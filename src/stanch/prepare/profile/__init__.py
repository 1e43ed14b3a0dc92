"""What a person sees and sets of themselves: name, contact methods, look, tokens (R2, R8)."""
