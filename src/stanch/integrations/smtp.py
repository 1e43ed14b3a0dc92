"""Sends mail over SMTP (formats/10, 10.7): plain text, a deterministic Message-ID, retry on 4xx and never on 5xx."""

import contextlib
import hashlib
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP as FOLDING
from email.policy import EmailPolicy
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from stanch.kernel.clock import SECOND, SystemClock
from stanch.ports import Failed, Gone, Message, Notifier
from stanch.ports.address import mail_address
from stanch.ports.integration import Integration
from stanch.ports.message_text import one_line, printable

# Permanent failures of an address: no such mailbox, moved, invalid name.
GONE = (550, 551, 553)
# Python folds a long address header into encoded words, which no provider reads (formats/18, 18.8): lines may have 998 characters.
SMTP = FOLDING.clone(max_line_length=998)
# Parsing and folding headers is most of the work of a mail; mails to many share most of theirs.
_parsed = lru_cache(maxsize=500)(EmailPolicy().header_store_parse)
_folded = lru_cache(maxsize=500)(SMTP.fold_binary)


class _Remembering(EmailPolicy):
    """Python's policy, with what it made of a header once."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return _parsed(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(name, value)


COMPOSING = _Remembering()
WRITING = _Remembering(linesep="\r\n", max_line_length=998)


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    host: Annotated[str, msgspec.Meta(description="The mail server.")]
    sender: Annotated[str, msgspec.Meta(description="The address that mail comes from.")]
    port: Annotated[int, msgspec.Meta(description="The mail server's port.")] = 587
    username: Annotated[str, msgspec.Meta(description="The name to log in with; empty: no login.")] = ""
    password_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the password.")] = ""
    starttls: Annotated[bool, msgspec.Meta(description="Whether the connection is encrypted with STARTTLS.")] = True
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for each step.")] = 10.0


class _Client(smtplib.SMTP):
    """Says when the content of a mail leaves: before that the server cannot have accepted it."""

    leaving: Callable[[], None] = staticmethod(lambda: None)

    def send(self, s: Any) -> None:
        if s[-5:] == b"\r\n.\r\n":
            self.leaving()
        super().send(s)


class Smtp:
    """One connection per message, since pages are rare and kept connections break."""

    name: str = "smtp"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is no mail address."""
        _mailbox(address, "the address")

    def send(self, address: str, message: Message) -> str:
        """Mail it to ``address``; answers with what the server said.

        Raises ``Failed``: ``again`` for 4xx and connection errors, not for 5xx, refused recipients and bad headers.
        """
        recipient = _mailbox(address, "the address")
        sender = _mailbox(self.settings.sender, "the sender")
        mail = _compose(self.settings.sender, address, sender, message)
        try:
            return self._deliver(sender, recipient, mail.as_bytes(policy=WRITING))
        except smtplib.SMTPResponseException as error:
            raise _refused("the server", error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            raise Failed(f"{self._where()}: {error}", again=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Failed(f"{self._where()} cannot be used: {error}", again=True) from error
        except ValueError as error:
            raise Failed(f"the mail cannot be written: {error}", again=False) from error

    def _deliver(self, sender: str, recipient: str, content: bytes) -> str:
        settings = self.settings
        domain = sender.rpartition("@")[2]
        client = smtplib.SMTP(settings.host, settings.port, local_hostname=domain, timeout=settings.timeout)
        try:
            self._greet(client)
            said = _one(client, sender, recipient, content)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()  # already accepted: an error on QUIT must not repeat the mail
            return said
        finally:
            client.close()

    def _greet(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if self.settings.starttls:
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        if self.settings.username:
            client.login(self.settings.username, self._password())

    @contextlib.contextmanager
    def connected(self, leaving: Callable[[], None]) -> Iterator["Smtp"]:
        """For bulk mail: one connection for all messages, reopened when it breaks."""
        kept = _Kept(self.settings, leaving)
        try:
            yield kept
        finally:
            kept.close()

    def _password(self) -> str:
        password = os.environ.get(self.settings.password_env)
        if not password:
            raise Failed(
                f"set the environment variable '{self.settings.password_env}' (smtp password_env)",
                again=False,
            )
        return password

    def _where(self) -> str:
        return f"{self.settings.host}:{self.settings.port}"


class _Kept(Smtp):
    """One connection, many mails."""

    def __init__(self, settings: Settings, leaving: Callable[[], None]) -> None:
        super().__init__(settings)
        self._leaving = leaving
        self._client: _Client | None = None

    def _deliver(self, sender: str, recipient: str, content: bytes) -> str:
        fresh = self._client is None
        try:
            if self._client is None:
                domain = sender.rpartition("@")[2]
                self._client = _Client(
                    self.settings.host, self.settings.port, local_hostname=domain, timeout=self.settings.timeout
                )
                self._client.leaving = self._leaving
                self._greet(self._client)
            return _one(self._client, sender, recipient, content)
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()  # before the mail was accepted: one retry over a new connection
            if fresh:
                raise
            return self._deliver(sender, recipient, content)
        except Failed:
            if self._client:
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    self._client.rset()
            raise

    def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()


def _one(client: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> str:
    _step("the sender", client.mail(sender))
    code, said = client.rcpt(recipient)
    if code in GONE:
        raise Gone(f"the recipient was refused: {code} {said.decode('utf-8', 'replace')}")
    _step("the recipient", (code, said))
    return _step("the mail", client.data(content))


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Smtp(settings)


def _compose(sender: str, address: str, mailbox: str, message: Message) -> EmailMessage:
    """The mail; the same key gives the same Message-ID, so a mailbox can fold repeated attempts."""
    mail = EmailMessage(COMPOSING)
    mail["From"] = _named(sender)
    mail["To"] = _named(address)
    mail["Subject"] = _plain(message.title)
    mail["Date"] = formatdate(SystemClock().now() / SECOND)
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{mailbox.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in message.headers.items():
        mail[name] = _plain(value)
    if message.urgent:
        mail["Importance"] = "high"
    mail.set_content(_text(message))
    if message.calendar:
        method = "CANCEL" if "\nMETHOD:CANCEL" in message.calendar else "PUBLISH"
        mail.add_attachment(message.calendar, subtype="calendar", filename="meeting.ics", params={"method": method})
    return mail


def _plain(text: str) -> str:
    """A header's text as it is written: a line break begins another header, and Python reads encoded words, which can hold one."""
    return one_line(text).replace("=?", "= ?")


def _named(text: str) -> str:
    """``Name <a@b>`` with a name that is one."""
    name, mailbox = parseaddr(text)
    return formataddr((_plain(name), mailbox))


def _text(message: Message) -> str:
    parts = [printable(message.text)]
    if message.url and message.url not in message.text:
        parts.append(f"Open: {message.url}")
    if message.acknowledge_url:
        parts.append(f"Acknowledge: {message.acknowledge_url}")
    return "\n\n".join(parts) + "\n"


def _mailbox(text: str, what: str) -> str:
    """``a@b`` of ``a@b`` or ``Name <a@b>``. Raises ``Failed`` for line breaks and what is no mail address."""
    if "\r" in text or "\n" in text:
        raise Failed(f"{what} has a line break; write one mail address", again=False)
    mailbox = parseaddr(text)[1]
    if not mail_address(mailbox):
        raise Failed(f"{what} '{text}' is not a mail address; write it like maria@example.org", again=False)
    return mailbox


def _step(what: str, answer: tuple[int, bytes]) -> str:
    code, said = answer
    if not 200 <= code < 300:
        raise _refused(what, code, said)
    return f"{code} {said.decode('utf-8', 'replace')}"


def _refused(what: str, code: int, said: bytes | str) -> Failed:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Failed(f"{what} was refused: {code} {text}", again=not 500 <= code < 600)


INTEGRATION = Integration("E-mail (SMTP)", "notifiers", Settings, build)
