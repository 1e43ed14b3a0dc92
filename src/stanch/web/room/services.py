"""The services that an incident affects: added and taken out while it goes on, and what each has to offer (R14, R16)."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Those that are named, those that the catalog has beside them."""
    record, policy = view.record, view.policy
    others = [service for name, service in sorted(policy.services.items()) if name not in record.services()]
    if not (record.services() or others):
        return None
    return {
        "affected": [policy.service(name) for name in record.services()],
        "others": others if view.acting else [],
        "in_catalog": policy.services,
    }


PANEL = Panel("services", "side", 25, "Services", context, "Mitigate")
