"""Built-in mappings for senders whose bodies cannot be guessed, recognised by their shape."""

import msgspec

from stanch.integrations.generic.mapping import Mapping
from stanch.integrations.generic.reading import CompiledMapping
from stanch.ports.expression import Expression


class KnownSender(msgspec.Struct, frozen=True):
    """``told_by`` is true of the sender's bodies, and of no other's."""

    sender: str
    told_by: Expression
    reading: CompiledMapping


def _known(sender: str, told_by: str, mapping: Mapping) -> KnownSender:
    return KnownSender(sender, Expression(sender, told_by), CompiledMapping(mapping))


KNOWN = (
    # Statuses are numbers: 0 down, 1 up, 2 pending, 3 maintenance.
    _known(
        "Uptime Kuma",
        "monitor.id && heartbeat.status != `null`",
        Mapping(
            fingerprint="monitor.id",
            name="monitor.name",
            firing="heartbeat.status == `0` || heartbeat.status == `2`",
            service="monitor.name",
            summary="msg",
            link="monitor.url",
        ),
    ),
    # The message is JSON inside a text; what it says is read as if it had been sent alone.
    _known(
        "Amazon SNS",
        "Type == 'Notification' && TopicArn && type(from_json(Message)) == 'object'",
        Mapping(alerts="from_json(Message)"),
    ),
    _known(
        "Amazon SNS, the confirmation of a subscription",
        "Type == 'SubscriptionConfirmation' && SubscribeURL",
        Mapping(
            fingerprint="TopicArn", name="join(' ', ['Confirm the subscription to', TopicArn])", severity="'ticket'",
            firing="`true`", link="SubscribeURL",
        ),
    ),
)  # fmt: skip


def reading_of(document: object) -> CompiledMapping | None:
    """How a known sender's body is read, None for every other."""
    if not isinstance(document, dict):
        return None
    for known in KNOWN:
        try:
            if known.told_by.of(document, document):
                return known.reading
        except ValueError:
            continue  # a body of another shape
    return None
