"""Text messages and calls over Twilio's REST API, or one that is like it (Messages.json, Calls.json, TwiML)."""

import base64
import re
from typing import Annotated
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

import msgspec

from stanch.ports import Failed, Message, Notifier
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable, without
from stanch.ports.web_service import HttpResponse, WebService, secret_of

LONGEST_SMS = 1600
SPOKEN_CHARACTERS = 300
# GSM 03.38: the characters that make a text message of 160; those in the second text count twice.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")
PLAINER = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "\t": " ", "\u00a0": " "}
)
# Hints for people; no logic depends on these codes, which Twilio may refine.
HINTS = {
    20003: "the account SID or the token is wrong",
    20404: "the account SID is wrong",
    21210: "the caller's number is not verified",
    21211: "the number to reach is not valid",
    21212: "the sender is not valid",
    21215: "calls to this country are not enabled for the account",
    21219: "a trial account reaches verified numbers only",
    21408: "messages to this country are not enabled for the account",
    21606: "the sender is no number of this account that can send messages",
    21608: "a trial account reaches verified numbers only",
    21610: "the person has answered STOP; they must send START to the sender",
    21614: "the number is no mobile phone",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    account_sid: Annotated[str, msgspec.Meta(description="The account's SID (AC...).")]
    token_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable that holds the auth token, or the secret of the API key 'key_sid'."
        ),
    ]
    sender: Annotated[str, msgspec.Meta(description="A number of the account, or a messaging service (MG...).")]
    caller: Annotated[str, msgspec.Meta(description="The number that calls, if another one.")] = ""
    key_sid: Annotated[str, msgspec.Meta(description="The SID of an API key (SK...), instead of the auth token.")] = ""
    base_url: Annotated[str, msgspec.Meta(description="The base address of Twilio's REST API.")] = (
        "https://api.twilio.com"
    )
    segments: Annotated[int, msgspec.Meta(description="How many parts a text message may have.")] = 3
    keys: Annotated[bool, msgspec.Meta(description="Whether pressing 1 acknowledges; it needs a public address.")] = (
        True
    )
    language: Annotated[str, msgspec.Meta(description="The language of the voice.")] = "en-US"
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Account:
    """One account: posts forms to it and reads its answers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = WebService(settings.base_url, settings.timeout)

    def create(self, resource: str, values: dict[str, str]) -> str:
        """Create a message or a call; answers with its state and SID. Twilio knows no idempotency key.

        Raises ``Failed``: ``again`` for 429 and 5xx and when it cannot be reached, else final with a hint.
        """
        token = secret_of(self.settings.token_env, "twilio token_env")
        user = self.settings.key_sid or self.settings.account_sid
        headers = {
            "Authorization": "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        path = f"/2010-04-01/Accounts/{quote(self.settings.account_sid, safe='')}/{resource}.json"
        answer = self.service.ask("POST", path, headers, urlencode(values).encode())
        said = answer.json()
        if not 200 <= answer.status < 300:
            raise _refused(answer, said)
        return f"{said.get('status', 'accepted')} {said.get('sid', '')}".strip()


class Sms:
    """The address is a phone number with its country: ``+49170...``."""

    name: str = "sms"

    def __init__(self, account: Account) -> None:
        self.account = account

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is no phone number with its country."""
        number(address)

    def send(self, address: str, message: Message) -> str:
        """Send a text message; answers with its state and SID. Raises ``Failed`` as ``Account.create`` does."""
        settings = self.account.settings
        sender = "MessagingServiceSid" if settings.sender.startswith("MG") else "From"
        text = short_text(message, settings.segments)
        return self.account.create("Messages", {"To": number(address), sender: settings.sender, "Body": text})


class Voice:
    """The address is a phone number with its country; the call reads the title twice."""

    name: str = "voice"

    def __init__(self, account: Account) -> None:
        self.account = account

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is no phone number with its country."""
        number(address)

    def send(self, address: str, message: Message) -> str:
        """Call; answers with the call's state and SID, which says nothing about whether a person listened.

        Raises ``Failed`` as ``Account.create`` does.
        """
        settings = self.account.settings
        caller = settings.caller or settings.sender
        if caller.startswith("MG"):
            raise Failed("a messaging service cannot call; set 'caller' of twilio to a number", again=False)
        document = twiml(message, settings.keys, settings.language)
        return self.account.create("Calls", {"To": number(address), "From": caller, "Twiml": document})


def build(settings: Settings) -> list[Notifier]:
    """For the scanner in main: one account, two notifiers."""
    account = Account(settings)
    return [Sms(account), Voice(account)]


def number(address: str) -> str:
    """E.164. Raises ``Failed`` (final) for an invalid number, before a request is made."""
    plain = re.sub(r"[ ().\-/]", "", address)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", plain):
        raise Failed(f"'{address}' is no phone number with its country; write it like +491701234567", again=False)
    return plain


def short_text(message: Message, segments: int) -> str:
    """Title and text, cut to so many parts; the acknowledge link stays whole, whatever has to go for it."""
    title = one_line(message.title)
    tail = ""
    if message.acknowledge_url or message.url:
        word = "Acknowledge" if message.acknowledge_url else "Open"
        tail = f"\n{word}: {message.acknowledge_url or message.url}"
    head = "\n".join([title, *without(printable(message.text), title, message.url)]).translate(PLAINER)
    if _fits(head + tail, segments):
        return head + tail
    low, high = 0, min(len(head), LONGEST_SMS)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if _fits(head[:middle].rstrip() + "..." + tail, segments):
            low = middle
        else:
            high = middle - 1
    kept = max(low, min(len(head), 40))
    return (head[:kept].rstrip() + "..." + tail)[:LONGEST_SMS]


def _fits(text: str, segments: int) -> bool:
    if len(text) > LONGEST_SMS:
        return False
    if all(char in GSM or char in GSM_TWICE for char in text):
        units, alone, each = sum(1 + (char in GSM_TWICE) for char in text), 160, 153
    else:
        units, alone, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return units <= (alone if segments <= 1 else each * segments)


def twiml(message: Message, keys: bool, language: str) -> str:
    """What the voice says. With ``keys``, 1 is posted to the acknowledge link's ``/call``."""
    title = cut(one_line(message.title), SPOKEN_CHARACTERS)

    def say(text: str) -> str:
        return f"<Say language={quoteattr(language)}>{escape(text)}</Say>"

    twice = say(f"This is stanch. {title}.") + '<Pause length="1"/>' + say(f"Again: {title}.")
    if not message.acknowledge_url:
        return f"<Response>{twice}</Response>"
    otherwise = say("To acknowledge, open the link in the text message or in stanch.")
    if not keys:
        return f"<Response>{twice}{otherwise}</Response>"
    action = quoteattr(message.acknowledge_url + "/call")
    ask = say("To acknowledge, press 1.")
    gather = f'<Gather input="dtmf" numDigits="1" timeout="10" method="POST" action={action}>{twice}{ask}</Gather>'
    return f"<Response>{gather}{otherwise}</Response>"


def _refused(answer: HttpResponse, said: dict[str, object]) -> Failed:
    code, words = said.get("code"), said.get("message") or answer.beginning()
    hint = HINTS.get(code) if isinstance(code, int) else None
    text = f"{answer.status}" + (f" ({code})" if code else "") + f" {cut(str(words), 200)}"
    return Failed(text + (f": {hint}" if hint else ""), again=answer.passing(), after=answer.after)


INTEGRATION = Integration("Twilio text messages and calls", "notifiers", Settings, build)
