"""Leaving another on-call tool: its own exports and API answers become contacts, schedules, escalation and services.

``pagerduty``, ``opsgenie`` and ``grafana_oncall`` each have ``read(document, now) -> Imported``: pure, from JSON that was
read already. What does not map, or only nearly, is a ``Note`` with its name and what to do; wrong input is a ``ValueError``.
"""
