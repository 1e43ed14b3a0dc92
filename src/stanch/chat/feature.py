"""What the chat plugs in."""

from typing import get_args

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.chat.answering import AnswerHandler
    from stanch.chat.reader import ChatReader
    from stanch.chat.redacting import forget_lines
    from stanch.chat.room_sync import ChatHandler
    from stanch.chat.rooms import follow, want_missing
    from stanch.timeline.entries import Facts
    from stanch.timeline.facts.respond import Redacted

    return Wiring(
        reactions=dict.fromkeys(get_args(Facts), (follow,)) | {Redacted: (forget_lines, follow)},
        handlers=(ChatHandler, AnswerHandler),
        starts=(want_missing,),
        loops=lambda application: [ChatReader(application, chat) for chat in application.world.chats.values()],
    )


FEATURE = Feature("chat", ("stanch.chat.commands",), wiring)
