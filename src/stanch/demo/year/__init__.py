"""An example organisation and a year of its incidents, played through the real commands with a clock in hand."""
