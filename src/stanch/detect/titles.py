"""The title of an incident that an alert opens: words for people, not an exception's text, which stays with the signal. Pure.

What a person wrote is left as it is. What a machine wrote says who meets what: only a look from outside, such as a probe, shows
that the service itself answers 503; an exception within it shows that it got a 503 from somebody.
"""

import re

LONGEST = 200
LOOKED_AT = 5_000

# Prefixes of titles that only say that an alert fires.
STATE = re.compile(r"^\s*(?:\[(?:firing|triggered|re-triggered|alerting|alert|renotify|problem)(?::\d+)?\]\s*)+", re.I)
# An exception by its class: "TypeError:", "java.net.ConnectException", "psycopg.errors.DeadlockDetected:".
EXCEPTION = re.compile(
    r"\b(?:\w+\.)*(?:errors|exceptions|exc)\.([A-Z]\w+)(?=\s*:|\s*$)|\b(?:[a-z_]\w*\.)+([A-Z]\w*(?:Error|Exception))\b"
    r"|\b([A-Z]\w*(?:Error|Exception|Timeout|Refused|Panic))\s*:",
    re.MULTILINE,
)
# Patterns of machine-written text: calls with arguments, memory addresses, stack traces, JSON, queries, unfilled templates, kernel error names.
MACHINE = re.compile(
    r"""\b\w+\(\w+\s*=|\b0x[0-9a-f]{4,}|Traceback|\bat\s[\w.$<>]+\([\w.]*:?\d*\)|\bFile\s"[^"]+",\sline|^[ \t]*[\[{]\s*(?:["{\[\]}]|$)"""
    r"""|\b[Ee]rrno\b|\bE(?:CONN|TIMED|NOTFOUND|ACCES|HOST|NET|PIPE|NOSPC|NOMEM|MFILE)\w*|\bdial\s(?:tcp|udp)\b|goroutine\s\d|\bpanic:|\bUncaught\b"""
    r"""|\{\w+\s*(?:=~|!=|!~|=)\s*["']|\{\{|<no value>|\[no value\]|%!\w\(|^[ \t]*(?:[A-Z]{3,7}\s)?[a-z]+://\S+\s*$|^[ \t]*<[!?/]?\w"""
    r"""|\.go:\d+|\.(?:py|js|ts|rb|php|java)\b:?\s?(?:line\s)?\d+""",
    re.MULTILINE,
)  # fmt: skip
OWN_PROBE = re.compile(r"(?s)^[^:]{1,200}: probe .*?\b(?=answered \d{3}, |no answer within|no connection: |TLS: |the name cannot be|[A-Z]\w+: )")  # fmt: skip
OUTSIDE = re.compile(r"probe|uptime|blackbox|health ?check|http check|pingdom|synthetic|endpoint|monitor is down", re.I)
STATUS = re.compile(
    r"\b(?:status(?:[ _]code)?|HTTPError|HTTP(?:/\d(?:\.\d)?)?|code|answered|returned|got)\W{0,6}([45]\d\d)\b"
    r"|\b([45]\d\d) (?:(?:Client|Server) Error|Internal Server|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time|Not Found|Forbidden"
    r"|Unauthorized|Too Many)",
    re.I,
)
# What went wrong, by the words that clients and kernels have for it: as seen from outside, and as met within. The first that fits is said.
CAUSES = [
    (re.compile(words, re.I), seen, met)
    for words, seen, met in (
        (r"connection refused|econnrefused|actively refused", "refuses connections", "a connection was refused"),
        (
            r"connection (?:was )?reset|econnreset|broken pipe|epipe|remote end closed|unexpected eof",
            "breaks off connections",
            "a connection was broken off",
        ),
        (
            r"name or service not known|nxdomain|enotfound|getaddrinfo|no such host|name resolution|could ?n[o']t resolve|cannot be resolved",
            "is not found in DNS",
            "a name was not found in DNS",
        ),
        (r"cert\w*(?: has)? expired|expired cert\w*", "has an expired certificate", "a certificate has expired"),
        (
            r"certificate|\bssl\b|tls handshake|x509",
            "has a certificate that is not accepted",
            "a certificate was not accepted",
        ),
        (r"no route to host|unreachable|ehostunreach|enetunreach", "is not reachable", "a host is not reachable"),
        (r"deadlock", "has a deadlock", "a deadlock"),
        (
            r"too many (?:open files|connections|clients)|pool (?:is )?exhausted|queuepool limit|emfile",
            "has no free connection left",
            "no free connection is left",
        ),
        (
            r"time[d]?[ -]?out|deadline ?exceeded|etimedout|no answer within",
            "does not answer in time",
            "something did not answer in time",
        ),
        (r"no space left|enospc|disk (?:is )?full", "has a full disk", "a disk is full"),
        (
            r"out of memory|outofmemory|oom[ -]?kill|heap space|cannot allocate memory|enomem|memoryerror",
            "is out of memory",
            "out of memory",
        ),
        (r"permission ?denied|access denied|eacces", "is denied access", "access was denied"),
        (
            r"failed to establish|max retries exceeded|connection ?(?:error|failed)|cannot connect|could not connect|no connection",
            "cannot be connected to",
            "a connection failed",
        ),
    )
]
# Where one word ends and the next begins: "KubeAPIDown" is Kube, API, Down.
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
WHOLE_WORD = re.compile(r"[\w-]+\Z")


def title(name: str, summary: str, service: str) -> str:
    """The first line of the summary where a person wrote it; else what a person would say of it; else the alert's name in words.

    ``service``: how people call it; empty: the alert names none.
    """
    written = _first(summary)
    if written and written != name.strip() and not _by_a_machine(written):
        return _short(written)
    text = f"{summary}\n{name}"[:LOOKED_AT]
    probe = OWN_PROBE.match(written)
    outside = bool(probe or OUTSIDE.search(f"{name} {written}"[:LOOKED_AT]))
    words = _words(name, service)
    about = service or words
    said = _said(text, outside=outside) if _by_a_machine(text) else ""
    if about and said:
        return _short(f"{about} {said}" if outside and service else f"{about}: {said}")
    if probe and about:
        return _short(f"{about} {written[probe.end() :]}")
    if words:
        return _short(
            f"{service}: {words[:1].lower() if _plain(words) else words[:1]}{words[1:]}" if service else words
        )
    return _short(f"{about or 'An alert'}: {said}" if said else f"{service}: an alert without words" if service else "An alert without words")  # fmt: skip


def _by_a_machine(text: str) -> bool:
    text = text[:LOOKED_AT]
    return bool(MACHINE.search(text) or EXCEPTION.search(text) or OWN_PROBE.match(text))


def _first(text: str) -> str:
    """The first line that holds something, without what would steer a terminal or turn the text around."""
    line = next((line for line in text[:LOOKED_AT].splitlines() if line.strip()), "")
    shown = "".join(c if c.isprintable() else " " for c in line)
    return STATE.sub("", " ".join(shown.split()))


def _short(text: str) -> str:
    """Cut at a word."""
    if len(text) <= LONGEST:
        return text
    cut = text.rfind(" ", 0, LONGEST)
    return text[: cut if cut > LONGEST // 2 else LONGEST - 1] + "…"


def _said(text: str, *, outside: bool) -> str:
    """What a machine's text means: a status of HTTP, a known cause, or the class of the exception; empty for none of them."""
    status = STATUS.search(text)
    if status:
        code = status[1] or status[2]
        return f"answers {code}" if outside else f"got the answer {code}"
    for pattern, seen, met in CAUSES:
        if pattern.search(text):
            return seen if outside else met
    if "panic:" in text:
        return "the program panicked"
    exception = EXCEPTION.search(text)
    return f"an error in the program ({next(filter(None, exception.groups()))})" if exception else ""


def _words(name: str, service: str) -> str:
    """``CheckoutErrorRateHigh`` of Checkout is "Error rate high"; a name with spaces is left as it is; empty for a machine's text."""
    name = _first(name)
    if _by_a_machine(name):
        return ""
    if not WHOLE_WORD.match(name.replace(".", "_").replace("/", "_")):
        return name
    words = [word for word in re.split(r"[_\-./\s]+", CAMEL.sub(" ", name)) if word]
    if [word.lower() for word in words] != service.lower().split():
        for word in service.lower().split():
            words = words[1:] if words and words[0].lower() == word else words
    small = [
        word if (word.isupper() and len(word) > 1) or any(c.isdigit() for c in word) else word.lower() for word in words
    ]
    text = "alert" if [word.lower() for word in words] == service.lower().split() else " ".join(small)
    return text[:1].upper() + text[1:]


def _plain(words: str) -> bool:
    """Whether the first word is no name in capitals, which stays as it is."""
    return not words.split(" ", 1)[0].isupper()
