"""Snapshots of a small shop for the tests of the status page."""

import msgspec

from stanch.communicate.page.posts import Written, fold, identity, state_of
from stanch.communicate.page.snapshot import Component, Incident, Maintenance, Post, Snapshot, Span
from stanch.kernel.clock import DAY, HOUR, MINUTE, SECOND
from stanch.kernel.status_page import StatusPage

NOW = 1_778_769_660 * SECOND  # 2026-05-14T14:41:00Z
NAMES = {"Checkout": "Shop", "Search": "Shop", "Order mails": ""}
CHECKOUT, SEARCH, MAILS = (identity(name) for name in NAMES)


def written(
    state: str, minutes_ago: float, text: str = "Some payments fail.", position: int = 0, **more: object
) -> Written:
    at = NOW - int(minutes_ago * MINUTE)
    return Written(position or int(100_000 - minutes_ago), at, at, state, text, **more)  # type: ignore[arg-type]


def maintenance(
    state: str = "scheduled", hours_ahead: float = 24, text: str = "Payments may take a minute."
) -> Maintenance:
    starts = NOW + int(hours_ahead * HOUR)
    post = Post(identity(f"m{state}"), NOW - DAY, NOW - DAY, state, text)
    return Maintenance(
        id="MNT-1", title="", about="Checkout", state=state, created_at=NOW - DAY, posts=(post,), components=(CHECKOUT,),
        starts_at=starts, ends_at=starts + HOUR, sequence=2,
    )  # fmt: skip


def snapshot(*histories: list[Written], works: tuple[Maintenance, ...] = (), **page: object) -> Snapshot:
    incidents: list[Incident] = []
    spans: list[Span] = []
    for number, history in enumerate(histories, 1):
        incident, its = fold(f"INC-{number}", "Checkout", [CHECKOUT], history, len(NAMES))
        incidents.append(incident)
        spans += its
    components = [Component(identity(name), name, group, since=NOW - 200 * DAY) for name, group in NAMES.items()]
    components = [msgspec.structs.replace(each, state=state_of(each.id, spans)) for each in components]
    config = msgspec.convert({"title": "Example Shop", **page}, StatusPage)
    return Snapshot(
        "status", config, "https://status.shop.example", NOW, tuple(components), tuple(incidents), works, tuple(spans), "https://status.shop.example/subscribe"
    )  # fmt: skip
