"""How a team works together during an incident, as data: shifts, handoffs, doubts, bridges."""

from typing import Annotated

import msgspec

from stanch.kernel.part import Part, Seconds


class Responding(Part, frozen=True):
    """Spans in seconds.

    ``shift_proposed_after``: so long criteria must hold, or alerts be silent, before the next phase is proposed (R12).
    ``answer_within``: so long the holder of a role has to answer a request for it; then it may be taken (R35).
    ``hypothesis_alone``, ``hypothesis_unchallenged``: then the Incident Commander is asked "are we sure?" (R36).
    ``bridge``: the address of a call, with ``{incident}`` and ``{word}`` filled in (``{word}`` cannot be guessed).
    ``bridge_silence``: so long a call may go on without a line in the record (R34).
    """

    shift_proposed_after: Seconds = 240
    answer_within: Seconds = 180
    hypothesis_alone: Seconds = 600
    hypothesis_unchallenged: Seconds = 900
    bridge: Annotated[str, msgspec.Meta(max_length=500)] = "https://meet.jit.si/{incident}-{word}"
    bridge_silence: Seconds = 300
