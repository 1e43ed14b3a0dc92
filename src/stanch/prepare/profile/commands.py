"""Oneself: name, contact methods and when, which of them for prompts, look and zone, tokens, signing out everywhere."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.zones import zone_of
from stanch.ports.web_push import NOTIFIER
from stanch.prepare import confirming
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.profile.answers import Me, Token, ended_devices, methods_of, standing
from stanch.prepare.reachability import shown
from stanch.prepare.sending import not_an_address
from stanch.timeline.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from stanch.identity.profiles import Method

MOST_METHODS = 20
Minutes = Annotated[
    int, msgspec.Meta(ge=0, le=24 * 60, description="After so many minutes without an acknowledgement.")
]
Which = Annotated[str, msgspec.Meta(min_length=1, max_length=600, description="The method: its id, or its address.")]


class ShowMe(msgspec.Struct):
    """Your own profile: how you are reached and whether it arrives, your settings and tokens."""


@command("me", ShowMe, group="prepare", noun="me", reading=True, example="stanch me")
def show_me(uow: UnitOfWork, _asked: ShowMe) -> Me:
    """R2, R8."""
    from stanch.identity import credentials, profiles

    person = uow.actor.name
    key = contact_key(uow.policy.contacts, person)
    contact = uow.policy.contacts.get(key)
    own = profiles.profile(uow.tx, person)
    name = own.shown or (contact.name if contact else person)
    relied_on, reached = standing(uow, key, name, contact)
    tokens = [Token(*each) for each in credentials.tokens(uow.tx, person)]
    methods = methods_of(uow, key, person)
    gone = ended_devices(uow, person)
    return Me(person, name, uow.actor.admin, key, reached, relied_on, methods, own.theme, own.time_zone, tokens, gone)


class SetMe(msgspec.Struct):
    """Change how you are called, light or dark, and the zone in which times are shown to you."""

    name: Annotated[str | None, msgspec.Meta(description="What others read in place of your sign-in name.")] = None
    theme: Literal["", "device", "light", "dark"] | None = None
    time_zone: Annotated[str | None, msgspec.Meta(description="Such as Europe/Berlin; 'device' for that of the device.")] = None  # fmt: skip


@command(
    "set-me", SetMe, group="prepare", noun="my-profile", example="stanch set-me --name 'Ada Lovelace' --theme dark"
)
def set_me(uow: UnitOfWork, asked: SetMe) -> Done:
    """What is left out stays."""
    from stanch.identity import people, profiles

    person = signing_in(uow)
    own = profiles.profile(uow.tx, person)
    name = own.shown if asked.name is None else asked.name.strip() and people.checked(asked.name)
    theme = own.theme if asked.theme is None else asked.theme.replace("device", "")
    zone = own.time_zone if asked.time_zone is None else asked.time_zone.strip().replace("device", "")
    if zone:
        try:
            zone_of(zone)
        except ValueError as error:
            raise Invalid(f"{error}.", field="time_zone", hint="Such as Europe/Berlin.") from None
    if asked.name is not None and name and (taken := _whose(uow, name, person)):
        raise Conflict(f"'{name}' is {taken}.", field="name", hint="Add a surname or an initial.")
    profiles.keep(uow.tx, profiles.Profile(person, name, theme, zone, own.checklist_hidden_at))
    return Done("Your profile is kept.")


class AddMethod(msgspec.Struct):
    """Add a contact method. It counts when you have confirmed that a test page arrived on it."""

    to: Annotated[str, msgspec.Meta(min_length=3, max_length=500, description="Such as smtp:ada@example.org.")]
    after_minutes: Minutes = 0
    prompts: Annotated[bool, msgspec.Meta(description="Prompts reach you by this.")] = False


@command(
    "add-method",
    AddMethod,
    group="prepare",
    noun="my-methods",
    positional=("to",),
    example="stanch add-method smtp:ada@example.org --after-minutes 5",
)
def add_method(uow: UnitOfWork, asked: AddMethod) -> Done:
    """R2, R8. A test page leaves on it at once."""
    from stanch.identity import profiles
    from stanch.prepare.page_tests import TestPage, test_page

    person = signing_in(uow)
    to = checked_address(uow, asked.to)
    key = contact_key(uow.policy.contacts, person) or person
    contact = uow.policy.contacts.get(key)
    if contact and to in {method.to for method in contact.methods()}:
        raise Conflict(f"You are reached by {shown(to)} already.", field="to")
    if len(own_methods(uow)) >= MOST_METHODS:
        raise Conflict(f"You have {MOST_METHODS} methods; remove one first.", field="to")
    method = profiles.add(uow.tx, person, to, uow.now, after=asked.after_minutes * 60, prompts=asked.prompts)
    uow.forget_policy()
    test_page(uow, TestPage(method=to))
    return Done(
        f"{shown(to)} is added, and a test page leaves on it. It counts when you have used the link or the code in it.",
        id=method,
    )


class ChangeMethod(msgspec.Struct):
    """Change your notification rule for a method: after how many minutes it is used, and whether for prompts."""

    method: Which
    after_minutes: Minutes | None = None
    prompts: Annotated[bool | None, msgspec.Meta(description="Prompts reach you by this.")] = None


@command(
    "change-method",
    ChangeMethod,
    group="prepare",
    noun="my-rules",
    positional=("method",),
    example="stanch change-method smtp:ada@example.org --after-minutes 10 --prompts",
)
def change_method(uow: UnitOfWork, asked: ChangeMethod) -> Done:
    """R2."""
    from stanch.identity import profiles

    method = _own(uow, asked.method)
    after = method.after if asked.after_minutes is None else asked.after_minutes * 60
    profiles.change(uow.tx, method.id, after, method.prompts if asked.prompts is None else asked.prompts)
    uow.forget_policy()
    return Done(f"The rule for {shown(method.reach)} is kept.", id=method.id)


class RemoveMethod(msgspec.Struct):
    """Remove a contact method that you added yourself."""

    method: Which


@command(
    "remove-method",
    RemoveMethod,
    group="prepare",
    noun="removed-methods",
    positional=("method",),
    example="stanch remove-method smtp:ada@example.org",
)
def remove_method(uow: UnitOfWork, asked: RemoveMethod) -> Done:
    """R8. The answer says whether anybody can still rely on reaching the person."""
    from stanch.identity import devices, profiles

    method = _own(uow, asked.method)
    person = uow.actor.name
    devices.drop(uow.tx, method.reach.partition(":")[2])
    profiles.remove(uow.tx, method, contact_key(uow.policy.contacts, person) or person)
    uow.forget_policy()
    key = contact_key(uow.policy.contacts, person)
    contact = uow.policy.contacts.get(key)
    _, reached = standing(uow, key, contact.name if contact else person, contact)
    return Done(f"{shown(method.reach)} is removed. {reached}", id=method.id)


class ConfirmMethod(msgspec.Struct):
    """Say that a test page arrived, by the code in it."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="The code in the test page.")]


@command(
    "confirm-method",
    ConfirmMethod,
    group="prepare",
    noun="confirmed-methods",
    positional=("code",),
    example="stanch confirm-method K7PD-92QX",
)
def confirm_method(uow: UnitOfWork, asked: ConfirmMethod) -> Done:
    """R2: only a confirmed test page counts as delivered."""
    from stanch.identity import profiles

    person = uow.actor.name
    key = contact_key(uow.policy.contacts, person) or person
    mine = [c for c in profiles.confirmations(uow.tx) if c.person == key and uow.now - c.sent_at < confirming.GOOD_FOR]
    if not mine:
        raise Conflict(
            "No test page waits to be confirmed.", field="code", hint="Send one; its code is good for a day."
        )
    secret = uow.application.installation.secret_key
    found = next((c for c in mine if confirming.same(confirming.code_of(secret, c.test), asked.code)), None)
    if found is None:
        raise Invalid(
            "That is not the code of a test page of yours.",
            field="code",
            hint="It looks like K7PD-92QX; the newest counts.",
        )
    profiles.confirmed(uow.tx, found.test, uow.now)
    return Done(f"{shown(found.reach)}: a test page arrived.")


class SignOutEverywhere(msgspec.Struct):
    """End all your sessions in browsers; tokens stay."""


@command(
    "sign-out-everywhere", SignOutEverywhere, group="prepare", noun="my-sign-outs", example="stanch sign-out-everywhere"
)
def sign_out_everywhere(uow: UnitOfWork, _asked: SignOutEverywhere) -> Done:
    """Also the session it was asked in."""
    from stanch.identity import credentials

    ended = credentials.end_sessions(uow.tx, uow.actor.name)
    return Done(f"{ended} {'session is' if ended == 1 else 'sessions are'} ended.")


class RevokeToken(msgspec.Struct):
    """End your tokens of a name."""

    name: Annotated[str, msgspec.Meta(max_length=200, description="Which; those without a name by default.")] = ""


@command(
    "revoke-token",
    RevokeToken,
    group="prepare",
    noun="revoked-tokens",
    positional=("name",),
    example="stanch revoke-token laptop",
)
def revoke_token(uow: UnitOfWork, asked: RevokeToken) -> Done:
    """Your own only; 'stanch token revoke' ends those of others."""
    from stanch.identity import credentials

    ended = credentials.revoke_in(uow.tx, uow.actor.name, asked.name)
    if not ended:
        raise NotFound(f"You have no token '{asked.name}'." if asked.name else "You have no token without a name.", field="name")  # fmt: skip
    return Done(f"{ended} {'token is' if ended == 1 else 'tokens are'} ended.")


def _whose(uow: UnitOfWork, name: str, person: str) -> str:
    from stanch.identity import people, profiles
    from stanch.prepare.profile.own_name import whose

    others = people.names(uow.tx) | {other.shown for other in profiles.profiles(uow.tx) if other.person != person}
    key = contact_key(uow.policy.contacts, person) or person
    # Who signs in under several names of one contact is one person.
    others = {each for each in others if each != person and contact_key(uow.policy.contacts, each) != key}
    return whose(uow.policy, name, key, others - {""})


def signing_in(uow: UnitOfWork) -> str:
    """Whoever acts, who must be a person that signs in: what is kept here belongs to one. Raises ``NotFound``."""
    from stanch.identity import people

    if uow.actor.name not in people.names(uow.tx):
        raise NotFound(
            f"'{uow.actor.name}' does not sign in, and has no profile.",
            hint="On the command line name a person with --as.",
        )
    return uow.actor.name


def checked_address(uow: UnitOfWork, text: str, field: str = "to") -> str:
    """A method as ``notifier:address`` that this stanch can send on. Raises ``Invalid``."""
    kind, _, address = (part.strip() for part in text.partition(":"))
    notifiers = sorted(uow.application.world.notifiers)
    if not address or not text.isprintable():
        raise Invalid("That is no address.", field=field, hint="Write it like smtp:ada@example.org.")
    if kind not in notifiers:
        known = ", ".join(notifiers) or "none yet; an administrator configures one under 'integrations'"
        raise Invalid(f"Nothing is sent by '{kind}' here.", field=field, hint=f"There is: {known}.")
    if kind == NOTIFIER:
        hint = "Open your profile on the phone or in the browser that is to wake you."
        raise Invalid("A device adds itself.", field=field, hint=hint)
    if "://" in address and not uow.actor.admin:
        # Only administrators may enter web addresses: others could make stanch send requests into its own network (SSRF).
        hint = "An administrator adds it, in the contacts of the catalog."
        raise Invalid("A web address is added by an administrator only.", field=field, hint=hint)
    if why := not_an_address(uow.application.world.notifiers, f"{kind}:{address}"):
        raise Invalid(f"Nothing would arrive: {why}.", field=field, hint="Correct the address.")
    return f"{kind}:{address}"


def own_methods(uow: UnitOfWork) -> list["Method"]:
    """The methods of whoever acts."""
    from stanch.identity import profiles

    return [method for method in profiles.methods(uow.tx) if method.person == uow.actor.name]


def _own(uow: UnitOfWork, text: str) -> "Method":
    found = next((m for m in own_methods(uow) if text.strip() in (m.id, m.reach)), None)
    if found is None:
        known = ", ".join(shown(m.reach) for m in own_methods(uow)) or "none; those of the catalog stand in its files"
        raise NotFound("You have no such method of your own.", field="method", hint=f"Your own: {known}.")
    return found
