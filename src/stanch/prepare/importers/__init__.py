"""Importers from other on-call tools: their exports and API responses become contacts, schedules, escalation and services.

``pagerduty``, ``opsgenie`` and ``grafana_oncall`` each have ``read(document, now) -> Imported``: pure, from JSON that was
read already. What does not map, or only nearly, is a ``Note`` with its name and what to do; wrong input is a ``ValueError``.
"""
