"""The pages in a real browser: ``server`` runs stanch, ``browser`` drives Chromium."""
