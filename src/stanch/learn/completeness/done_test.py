"""Does the test of an action item tell done from not done (R46)? "It is safer" cannot fail; "a bad release stops" can. Pure."""

import re

# Phrases that cannot be verified: nobody could show that they are false.
_VAGUE = re.compile(
    r"\b(?:safer|better|improved?|improvements?|improving|(?:more|less|fewer)(?! than)|higher|lower|reduced|reduces|"
    r"increased?|increases|goes up|goes down|well|confidence|quality|feels?|enhanced?|optimi[sz]ed|"
    r"easier|simpler|cleaner|clearer|faster|quicker|stronger|robust|resilient|"
    r"reliable|stable|careful|cautious|aware|awareness|understood|understands?|understanding|vigilant|attentive|mindful|confident|comfortable|happy|satisfied|"
    r"tuned|double-?check(?:s|ed)?|properly|correctly|appropriate(?:ly)?|adequate(?:ly)?|sufficient(?:ly)?|as expected|"
    r"good|great|fine|ok|okay|nice|high quality|best practices?|"
    r"prevented|avoided|does not happen again|never happens again|won't happen again|no more incidents|not repeated)\b",
    re.IGNORECASE,
)
# Phrases for observable events.
_SEEN = re.compile(
    r"\d|\b(?:stop|stops|stopped|fail|fails|failed|reject|rejects|rejected|refuse|refuses|refused|block|blocks|"
    r"blocked|den(?:y|ies|ied)|fire|fires|fired|page|pages|paged|"
    r"alert|alerts|alerted|wake|wakes|warn|warns|warned|return|returns|answers?|shows?|shown|appears?|lists?|listed|"
    r"contains?|passes|exits?|logs?|logged|reports?|"
    r"rolls? back|rolled back|reverts?|restarts?|survives?|recovers?|restored?|measures?|below|above|under|within|"
    r"at most|at least|less than|more than|fewer than|"
    r"cannot|can't|can not|must|only|without|every|each|all|drill|exercise|replay|test run|in ci|in staging|"
    r"dashboard|runbook has|is empty|is gone|is deleted|"
    r"is removed|is required|is asked|asks|opens|closes|expires|renews?|renewed|drops|stays|holds|succeeds|completes)\b",
    re.IGNORECASE,
)
_EMPTY = frozenset([
    "quality", "reliability", "risk", "safety", "stability", "communication", "culture", "process", "monitoring", "alerting", "visibility", "documentation",
    "longer", "happens", "exists", "fix", "risks",
    "a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "is", "are", "was", "were", "be", "been", "it", "its",
    "this", "that", "we", "our", "us", "they", "all", "done", "finished", "complete", "completed", "ready", "works", "work", "working", "worked",
    "merged", "merge", "implemented", "implement", "deployed", "closed", "solved", "fixed", "resolved", "item", "ticket", "task", "pr", "task's",
    "action", "system", "everything", "everyone", "everybody", "team", "one", "has", "have", "had", "will", "can", "now", "again", "no", "not", "live",
    "there", "in", "place", "verified", "tested", "test", "checked", "reviewed", "approved", "agreed", "discussed", "yes", "true", "when", "if", "once",
    "after", "meeting", "held", "follow", "up", "review", "passed", "code", "training", "workshop", "session", "done",
])  # fmt: skip


def could_fail(test: str) -> bool:
    """Whether the test is falsifiable."""
    seen = _SEEN.sub(" ", test) if _VAGUE.search(test) else test
    content = {word for word in re.findall(r"[^\W\d_]{2,}", _VAGUE.sub(" ", seen).casefold()) if word not in _EMPTY}
    if _VAGUE.search(test):
        return bool(_SEEN.search(_VAGUE.sub(" ", test))) and len(content) >= 2
    return len(content) >= (1 if _SEEN.search(test) else 3)
