"""What a person sees and sets of themselves: name, ways to be reached, look, tokens (R2, R8)."""
