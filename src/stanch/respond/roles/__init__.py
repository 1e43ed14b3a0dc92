"""Roles: taking, giving, handing over, and who could help (R25-R29, R35)."""
