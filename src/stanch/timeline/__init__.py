"""The timeline is the record (R10, R11): typed entries, appended and never changed, and the fold that reads them."""
