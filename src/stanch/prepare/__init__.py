"""Prepared before the page (R2, R7, R8): settings, the service catalog, people and policies, read from files."""
