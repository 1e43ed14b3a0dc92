"""Devices that pages are pushed to: what the notifier is told of them, and what follows when one is gone."""

from typing import Any

from stanch.kernel.base64url import unpacked
from stanch.kernel.errors import Invalid
from stanch.ports.web_push import NOTIFIER, Browser, Pusher
from stanch.prepare.contact_methods import prompt_methods
from stanch.timeline.unit_of_work import Application, UnitOfWork

# What knows the database is imported late: the help of a command needs none.


class KnownDevices:
    """Those in the database."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.url = application.installation.url

    def browser(self, device: str) -> Browser | None:
        """None for one that is gone."""
        from stanch.identity import devices

        with self._application.reading() as uow:
            found = devices.find(uow.tx, device)
        if found is None or found.ended_at is not None:
            return None
        return Browser(found.endpoint, unpacked(found.p256dh), unpacked(found.auth), found.push_key == self.key()[1])

    def key(self) -> tuple[bytes, str]:
        """Ours, private and public; made at the first use."""
        from stanch.identity.push_key import push_key

        found = push_key(
            self._application.database, self._application.installation.secret_key, self._application.clock.now()
        )
        return found.private, found.public


def introduce(application: Application) -> None:
    """Each notifier that pushes is told where the devices are."""
    for notifier in application.world.notifiers.values():
        if isinstance(notifier, Pusher):
            notifier.devices = KnownDevices(application)


def check_keys(p256dh: str, auth: str) -> None:
    """Raises ``Invalid`` for keys of no browser."""
    if not _on_curve(_bytes(p256dh)):
        raise Invalid("That is no public key of a browser.", field="p256dh", hint="It is 65 bytes in base64url.")
    if len(_bytes(auth)) != 16:
        raise Invalid("That is no secret of a browser.", field="auth", hint="It is 16 bytes in base64url.")


def _bytes(text: str) -> bytes:
    try:
        return unpacked(text)
    except ValueError:
        return b""


def _on_curve(point: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65


def pusher(uow: UnitOfWork) -> Pusher | None:
    """What pushes to devices here."""
    found: object = uow.application.world.notifiers.get(NOTIFIER)
    return found if isinstance(found, Pusher) else None


def ended(uow: UnitOfWork, contact: str, reach: str, why: str) -> None:
    """The push service knows a device no more: it is no contact method from now on, and its owner hears so by another one."""
    from stanch.identity import devices

    kind, _, device = reach.partition(":")
    found = devices.end(uow.tx, device, contact, why, uow.now) if kind == NOTIFIER else None
    if found is None:
        return
    uow.forget_policy()
    left = uow.policy.contacts.get(contact)
    others = prompt_methods(left, uow.application.world.notifiers, may_wake=True)[0] if left else []
    for reach in others[:1]:
        payload: dict[str, Any] = {"person": contact, "reach": reach, "device": found.name, "why": why}
        uow.effect(f"device-ended:{found.id}:{uow.now}", "device_ended", "", payload)
