"""What communicating plugs in: its commands and prompts; what it publishes is derived from the record."""

from stanch.db.locks import Lock
from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.communicate.announcing import AnnouncementHandler, announce
    from stanch.communicate.audiences.delivering import AudienceHandler, AudienceMessageHandler, deliver
    from stanch.communicate.copies import CopyHandler, forget_files
    from stanch.communicate.corrections import check_correction
    from stanch.communicate.planned_work import run_due
    from stanch.communicate.prompts import PROMPTS
    from stanch.communicate.status_page import seed, when_public
    from stanch.communicate.status_version import changed
    from stanch.communicate.subscribers.delivering import AnnounceHandler, QuestionHandler, forget_announced
    from stanch.timeline.facts.communicate import UpdatePosted
    from stanch.timeline.facts.detect import Declared
    from stanch.timeline.facts.learn import (
        PostmortemDecided,
        PostmortemHidden,
        PostmortemPublished,
        PostmortemShown,
        PostmortemStage,
    )
    from stanch.timeline.facts.recover import Closed, Mitigated, Reopened, Resolved
    from stanch.timeline.facts.respond import Amended, Redacted, ServiceAdded, ServiceRemoved, SeveritySet

    return Wiring(
        prompts=PROMPTS,
        reactions={
            Amended: (check_correction, when_public),
            **dict.fromkeys((Declared, SeveritySet, Mitigated, Resolved, Closed), (announce,)),
            Reopened: (announce, when_public),
            UpdatePosted: (when_public, announce, deliver),
            **dict.fromkeys(
                (PostmortemDecided, PostmortemPublished, PostmortemShown, PostmortemHidden, PostmortemStage),
                (when_public,),
            ),
            **dict.fromkeys((Redacted, ServiceAdded, ServiceRemoved), (when_public,)),
        },
        timers={"status-page": Timer(changed), "maintenance": Timer(run_due, Lock.FOLDING)},
        handlers=(
            CopyHandler,
            AnnouncementHandler,
            AnnounceHandler,
            QuestionHandler,
            AudienceHandler,
            AudienceMessageHandler,
        ),
        starts=(forget_files, forget_announced),
        seeds=(seed,),
    )


FEATURE = Feature(
    "communicate",
    (
        "stanch.communicate.commands",
        "stanch.communicate.audiences.previews",
        "stanch.communicate.posting",
        "stanch.communicate.freshness",
        "stanch.communicate.maintenance",
        "stanch.communicate.subscribers.commands",
    ),
    wiring,
)
