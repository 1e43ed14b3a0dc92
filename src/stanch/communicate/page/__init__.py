"""The status page as bytes: a snapshot of what is public goes in, every file of the page comes out. Pure (R33, P7)."""
