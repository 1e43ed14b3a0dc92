"""What preparing plugs in."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.prepare.device_ended import DeviceEndedHandler
    from stanch.prepare.integration_tests import IntegrationTestHandler
    from stanch.prepare.page_tests import TestPageHandler

    return Wiring(handlers=(TestPageHandler, DeviceEndedHandler, IntegrationTestHandler))


FEATURE = Feature(
    "prepare",
    (
        "stanch.prepare.commands",
        "stanch.prepare.oncall.commands",
        "stanch.prepare.playbooks.commands",
        "stanch.prepare.page_tests",
        "stanch.prepare.integration_tests",
        "stanch.prepare.profile.commands",
        "stanch.prepare.profile.device_commands",
        "stanch.prepare.profile.people_commands",
        "stanch.prepare.profile.first_run",
    ),
    wiring,
)
