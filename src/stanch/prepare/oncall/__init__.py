"""On-call (R2, R8): from schedules as data to the people who are on call at a moment, calendars in and out, overrides."""
