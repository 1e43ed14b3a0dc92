"""The public status pages over HTTP: the bytes that ``communicate/page`` draws, from memory (R33, P7)."""
