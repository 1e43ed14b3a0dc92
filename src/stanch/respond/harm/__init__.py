"""What people say of the harm: words found by families, read as facets, and the severity that follows from a table (R3)."""
