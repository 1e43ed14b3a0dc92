"""The page in one word, as Statuspage says it (formats/04, 4.3). Pure."""

from stanch.communicate.page.snapshot import Snapshot

# indicator -> its description in English, which programs read.
DESCRIPTIONS = {
    "operational": ("none", "All Systems Operational"),
    "major": ("critical", "Major System Outage"),
    "partial": ("major", "Partial System Outage"),
    "minor": ("minor", "Minor Service Outage"),
    "degraded": ("minor", "Partially Degraded Service"),
    "all_degraded": ("minor", "Degraded System Service"),
    "maintenance": ("maintenance", "Service Under Maintenance"),
}
INDICATORS = ("none", "maintenance", "minor", "major", "critical")


def overall(snapshot: Snapshot) -> str:
    """A key of ``DESCRIPTIONS``. What people said of an incident's impact can make it worse, never better."""
    found = _of_components(snapshot)
    impacts = {incident.impact for incident in snapshot.live()}
    raised = (
        "major" if "critical" in impacts
        else "partial" if "major" in impacts
        else "degraded" if snapshot.live()
        else "maintenance" if snapshot.under_way()
        else "operational"
    )  # fmt: skip
    return max((found, raised), key=lambda key: INDICATORS.index(DESCRIPTIONS[key][0]))


def _of_components(snapshot: Snapshot) -> str:
    states = [component.state for component in snapshot.components]
    if not states or all(state == "operational" for state in states):
        return "operational"
    everywhere = set(states)
    if everywhere == {"major_outage"}:
        return "major"
    if "major_outage" in everywhere or everywhere == {"partial_outage"}:
        return "partial"
    if "partial_outage" in everywhere:
        return "minor"
    if everywhere == {"degraded_performance"}:
        return "all_degraded"
    return "degraded" if "degraded_performance" in everywhere else "maintenance"
