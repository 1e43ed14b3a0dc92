"""HAProxy's own tables: ``show servers state`` (formats/07, 7.3) and ``show stat`` (7.4), read by their header lines."""

import csv

FORCED_MAINT = 0x01
FORCED_DRAIN = 0x08
# HAProxy's own masks: 0x23 for maintenance, 0x18 for drain. 0x04 only remembers that it was `disabled` in the configuration.
OUT_OF_SERVICE = 0x23 | 0x18
FLAGS = {
    0x01: "maint",
    0x02: "maint (inherited)",
    0x08: "drain",
    0x10: "drain (inherited)",
    0x20: "maint (DNS)",
}
STAT_COLUMNS = ("svname", "status", "weight", "act", "bck", "scur", "qcur", "econ", "eresp", "hrsp_5xx")

Row = dict[str, str]
Servers = dict[str, Row]


def parse_state(answer: str) -> Servers | None:
    """``show servers state`` as server name -> column -> text; None when it is another answer."""
    lines = answer.split("\n")
    if len(lines) < 2 or lines[0].strip() != "1" or not lines[1].startswith("# "):
        return None
    header = lines[1][2:].split()
    rows = [dict(zip(header, line.split(), strict=False)) for line in lines[2:] if line.strip()]
    return {row["srv_name"]: row for row in rows if "srv_name" in row}


def parse_statistics(answer: str) -> list[Row]:
    """``show stat`` as rows: servers and the backend's own, whose ``svname`` is BACKEND."""
    return list(csv.DictReader(answer.removeprefix("# ").splitlines()))


def statistics_line(row: Row) -> str:
    """The columns that tell how a server is doing."""
    return " ".join(f"{column}={row.get(column) or '-'}" for column in STAT_COLUMNS)


def flags(row: Row) -> int:
    """The bits of ``srv_admin_state``."""
    return int(row["srv_admin_state"])


def active(row: Row) -> bool:
    """Whether a server gets new traffic: running, no flag that takes it out, and a weight."""
    return row["srv_op_state"] != "0" and not flags(row) & OUT_OF_SERVICE and row["srv_uweight"] != "0"


def backup(row: Row) -> bool:
    """Whether a server is there for when no other is left (``bck`` of ``show stat``)."""
    return row.get("bck") == "1"


def carrying(servers: Servers) -> Servers:
    """The servers that get new traffic now: backup servers only while no other one does (and without
    ``option allbackups`` only the first of them, which the backend's own weight tells).
    """
    able = {name: row for name, row in servers.items() if active(row)}
    first = {name: row for name, row in able.items() if not backup(row)}
    return first or dict([*able.items()][: None if _all_backups(able) else 1])


def _all_backups(able: Servers) -> bool:
    total = sum(int(row.get("weight") or 0) for row in able.values())
    return any(row.get("backend weight") == str(total) for row in able.values())


def with_statistics(servers: Servers, statistics: list[Row]) -> Servers:
    """Each server with what only ``show stat`` knows of it: ``bck``, its effective weight, and the backend's."""
    known = {row["svname"]: row for row in statistics if "svname" in row}
    whole = known.get("BACKEND", {}).get("weight", "")
    more = {
        name: {"bck": found.get("bck", ""), "weight": found.get("weight", ""), "backend weight": whole}
        for name, found in known.items()
    }
    return {name: {**row, **more.get(name, {})} for name, row in servers.items()}


def weight_share(servers: Servers, touched: list[str]) -> float | None:
    """The share of new traffic that goes to some servers, by weight; None when nobody gets any."""
    weights = {name: int(row["srv_uweight"]) for name, row in carrying(servers).items()}
    total = sum(weights.values())
    return sum(weights.get(name, 0) for name in touched) / total if total else None


def in_words(row: Row) -> str:
    """``ready, running, weight 10 of 10``."""
    set_flags = [word for bit, word in FLAGS.items() if flags(row) & bit]
    running = {"0": "stopped", "1": "starting", "2": "running", "3": "stopping"}.get(row["srv_op_state"], "?")
    role = "backup, " if backup(row) else ""
    return f"{role}{' + '.join(set_flags) or 'ready'}, {running}, weight {row['srv_uweight']} of {row['srv_iweight']}"


def difference(backend: str, name: str, before: Row, after: Row) -> str:
    """What a change did to one server."""
    return (
        f"{backend}/{name}: {in_words(before)} -> {in_words(after)} "
        f"(admin_state {before['srv_admin_state']} -> {after['srv_admin_state']})"
    )


def restorable(row: Row) -> str:
    """What ``restore`` needs of one server: ``ready 10``, ``drain 10``, ``maint 10``."""
    forced = "maint" if flags(row) & FORCED_MAINT else "drain" if flags(row) & FORCED_DRAIN else "ready"
    return f"{forced} {row['srv_uweight']}"
