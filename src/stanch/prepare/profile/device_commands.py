"""A phone or a browser as a contact method: what it says of itself when its owner adds it (formats/14, 14.6)."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from stanch.kernel.base64url import packed, unpacked
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.prepare.devices import check_keys, pusher
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.profile.commands import MOST_METHODS, Minutes, own_methods, signing_in
from stanch.timeline.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from stanch.identity import devices


class AddDevice(msgspec.Struct):
    """Add the browser or phone that asks as a contact method. It counts when you have confirmed that a test page arrived on it."""

    endpoint: Annotated[str, msgspec.Meta(max_length=2048, description="The address of its push service.")]
    p256dh: Annotated[str, msgspec.Meta(max_length=200, description="Its public key, base64url.")]
    auth: Annotated[str, msgspec.Meta(max_length=100, description="Its secret, base64url.")]
    push_key: Annotated[str, msgspec.Meta(max_length=200, description="The key of /push/key that it was registered with.")]  # fmt: skip
    name: Annotated[str, msgspec.Meta(max_length=60, description="What you call it, such as 'Phone'.")] = ""
    after_minutes: Minutes = 0
    prompts: Annotated[bool, msgspec.Meta(description="Prompts reach you by this.")] = False
    replaces: Annotated[str, msgspec.Meta(max_length=2048, description="Its address before, where it was given another.")] = ""  # fmt: skip


@command(
    "add-device",
    AddDevice,
    group="prepare",
    noun="my-devices",
    example="stanch add-device --endpoint https://push.example.org/x --p256dh BN... --auth k9... --push-key BD... --name Phone",
)
def add_device(uow: UnitOfWork, asked: AddDevice) -> Done:
    """R2, R8. Known by its address: it is brought up to date, or given to whoever has signed in on it now."""
    from stanch.identity import devices, profiles
    from stanch.prepare.page_tests import TestPage, test_page

    person = signing_in(uow)
    _check(uow, asked)
    name = " ".join(asked.name.split())
    known = devices.by_endpoint(uow.tx, asked.endpoint) or devices.by_endpoint(uow.tx, asked.replaces)
    if known and known.person == person and known.ended_at is None:
        same = devices.Device(known.id, person, name or known.name, *_keys(asked), added_at=known.added_at)
        devices.put(uow.tx, same)
        return Done(f"{name or known.name} is up to date.", id=known.id)
    if known and known.endpoint == asked.endpoint:
        _take_away(uow, known)
    if len(own_methods(uow)) >= MOST_METHODS:
        raise Conflict(f"You have {MOST_METHODS} methods; remove one first.", field="endpoint")
    device = devices.Device(devices.new_id(name), person, name or "A browser", *_keys(asked), added_at=uow.now)
    for old in devices.of(uow.tx, person, uow.now):
        if old.ended_at is not None and old.name == device.name:
            devices.drop(uow.tx, old.id)  # it is back
    devices.put(uow.tx, device)
    profiles.add(uow.tx, person, device.reach, uow.now, after=asked.after_minutes * 60, prompts=asked.prompts)
    uow.forget_policy()
    test_page(uow, TestPage(method=device.reach))
    return Done(
        f"{device.name} is added, and a test page leaves on it. It counts when you have tapped it there.", id=device.id
    )


def _keys(asked: AddDevice) -> tuple[str, str, str, str]:
    """Written in one way, whichever the browser has."""
    return asked.endpoint, packed(unpacked(asked.p256dh)), packed(unpacked(asked.auth)), asked.push_key.rstrip("=")


def _check(uow: UnitOfWork, asked: AddDevice) -> None:
    """Raises ``Invalid`` for what no page could be pushed to."""
    push = pusher(uow)
    if push is None:
        raise Invalid("Nothing is pushed to devices here.", hint="The notifier 'webpush' is not there.")
    if why := push.refuses(asked.endpoint):
        raise Invalid(why, field="endpoint")
    check_keys(asked.p256dh, asked.auth)


def _take_away(uow: UnitOfWork, known: "devices.Device") -> None:
    """Somebody else has signed in on it, or it comes back after it had ended: it is added anew."""
    from stanch.identity import devices, profiles

    for method in profiles.methods(uow.tx):
        if method.reach == known.reach:
            profiles.remove(uow.tx, method, contact_key(uow.policy.contacts, known.person) or known.person)
    devices.drop(uow.tx, known.id)
    uow.forget_policy()
