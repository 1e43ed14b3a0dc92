"""Tells somebody that one of their devices can no longer be reached (R2)."""

from stanch.kernel.clock import iso
from stanch.ports import Message
from stanch.prepare.sending import Sending
from stanch.timeline.effects import Effect

MOST_ATTEMPTS = 60


class DeviceEndedHandler(Sending):
    """The effect ``device_ended``; it wakes nobody."""

    kind = "device_ended"
    purpose = "message"
    urgent = False

    def message(self, effect: Effect) -> Message:
        name, why = effect.payload["device"], effect.payload["why"]
        text = (
            f"Since {iso(effect.due_at)[:16].replace('T', ' ')} UTC no page reaches {name} any more ({why}). "
            "Most often notifications were switched off there, or the browser or the app was removed. "
            "To be woken there again, open your profile on it and add it again."
        )
        url = f"{self.application.installation.url}/me#methods"
        return Message(effect.key, f"{name} can no longer be woken", text, url, urgent=False)

    def wait_seconds(self, attempts: int) -> float | None:
        return min(3600, 5 << min(attempts, 10)) if attempts < MOST_ATTEMPTS else None
