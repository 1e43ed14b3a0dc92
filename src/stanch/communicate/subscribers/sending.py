"""Sends updates to subscribers: mail by the notifier 'smtp', the others by an HTTP POST to an address that a stranger entered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import msgspec

from stanch.communicate.page.language import language_of, speech_of
from stanch.communicate.page.statuspage_v2 import link
from stanch.communicate.subscribers import messages
from stanch.communicate.subscribers.messages import Update
from stanch.communicate.subscribers.store import Subscriber, proof, signing_secret
from stanch.kernel.base64url import unpacked
from stanch.kernel.errors import Invalid
from stanch.kernel.status_page import StatusPage
from stanch.ports import BulkNotifier, Failed, Gone, Message, Notifier
from stanch.ports.address import mail_address
from stanch.ports.web_push import NOTIFIER, Browser, Pusher
from stanch.ports.web_service import WebService
from stanch.timeline.unit_of_work import Application

TIMEOUT = 10.0


class Transports:
    """Sends for one announcement; each thread keeps a connection of its own to the mail server.

    ``leaving`` is called in the thread that sends, just before the last bytes of a message leave.
    """

    def __init__(self, application: Application, base: str, leaving: Callable[[], None] = lambda: None) -> None:
        self.application, self.base, self.leaving = application, base, leaving
        self._own = threading.local()
        self._open: list[AbstractContextManager[Notifier]] = []
        self._lock = threading.Lock()
        self._key = ""  # of Web Push: it is read once

    def send(self, subscriber: Subscriber, update: Update) -> None:
        """Raises ``Failed``, and ``Gone`` for an address that is no more."""
        secret, leave = self._secret(), self.leave_url(subscriber.id)
        if subscriber.kind == "mail":
            self._mailer().send(subscriber.address, messages.mail(update, subscriber.id, leave))
            return
        if subscriber.kind == "push":
            stop = language_of(update.snapshot)("leave_yes")
            said = {"kind": "status", "leave": leave.removeprefix(self.base), "stop": stop}
            self._push(subscriber, messages.push(update, f"{update.key}:{subscriber.id}"), said)
            return
        url, headers = link(update.event, update.snapshot), {"Content-Type": "application/json"}
        if subscriber.kind == "webhook":
            own = signing_secret(secret, subscriber.id)
            body, headers = messages.webhook(update, subscriber.id, leave, own, self.application.clock.now())
        elif subscriber.kind == "slack":
            body = messages.slack(update.title(), messages.with_end(update, leave))
        else:
            body = messages.teams(update.title(), messages.with_end(update, leave), url)
        self._post(subscriber.address, body, headers)

    def question(self, subscriber: Subscriber, page: StatusPage) -> None:
        """Ask whether they want it, in the language of the page. Raises ``Failed``."""
        path = f"/status/confirm/{proof(self._secret(), 'confirm', subscriber.id)}"
        here, say = f"{self.base}{path}", speech_of(page)
        title, text = say("question_title", page=page.title), say("question", page=page.title, url=here)
        if (
            subscriber.kind == "push"
        ):  # its worker confirms by itself, so it says what is so then; else it leads to the question
            done = Message(f"question:{subscriber.id}", f"{page.title}: {say('follow_done')}", "", here, urgent=False)
            self._push(subscriber, done, {"kind": "status", "confirm": path, "question": title})
            return
        if subscriber.kind == "mail":
            key = f"question:{subscriber.id}"
            text = f"{text}\n\n{say('question_else')}"
            self._mailer().send(subscriber.address, Message(key, title, text, urgent=False))
        elif subscriber.kind == "webhook":
            self._post(subscriber.address, msgspec.json.encode({"meta": {"confirm": here}, "text": text}), {"Content-Type": "application/json"})  # fmt: skip
        else:
            body = messages.slack(title, text) if subscriber.kind == "slack" else messages.teams(title, text, here)
            self._post(subscriber.address, body, {"Content-Type": "application/json"})

    def leave_url(self, number: int) -> str:
        """The unsubscribe address; always on stanch itself, since a static copy of the page cannot take requests."""
        return f"{self.base}/status/u/{proof(self._secret(), 'leave', number)}"

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open:
            connection.__exit__(None, None, None)

    def _push(self, subscriber: Subscriber, message: Message, said: dict[str, str]) -> None:
        """Raises ``Gone`` for a browser that knows another key than ours: it can never be reached again."""
        pusher: object = self.application.world.notifiers.get(NOTIFIER)
        if not isinstance(pusher, Pusher) or pusher.devices is None or subscriber.push is None:
            raise Failed("nothing is pushed to browsers here", again=True)
        point, auth, key = subscriber.push
        self._key = self._key or pusher.devices.key()[1]
        if key != self._key:
            raise Gone("this browser was registered with an earlier key")
        pusher.push(Browser(subscriber.address, unpacked(point), unpacked(auth), True), message, said)

    def _secret(self) -> str:
        return self.application.installation.secret_key

    def _mailer(self) -> Notifier:
        found: Notifier | None = getattr(self._own, "mailer", None)
        if found is None:
            notifier = self.application.world.notifiers.get("smtp")
            if notifier is None:
                raise Failed("no mail can be sent: the integration smtp is not configured", again=True)
            connection = (
                notifier.connected(self.leaving) if isinstance(notifier, BulkNotifier) else nullcontext(notifier)
            )
            found = self._own.mailer = connection.__enter__()
            with self._lock:
                self._open.append(connection)
        return found

    def _post(self, address: str, body: bytes, headers: dict[str, str]) -> None:
        inside = any(page.private_addresses for page in self.application.policy().status_pages.values())
        headers = {"Content-Length": str(len(body)), **headers}
        answer = WebService(address, TIMEOUT, outside=not inside).ask("POST", "", headers, self._pieces(body))
        if answer.status == 410:
            raise Gone("410: the receiver wants no more")
        if not 200 <= answer.status < 300:
            raise Failed(f"answered {answer.status}", again=True)

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        """The body, asked for when everything before it has left."""
        self.leaving()
        yield body


def check_address(kind: str, address: str) -> str:
    """The address as it is kept. Raises ``Invalid`` for what can be no address of this kind."""
    address = address.strip()
    if kind == "mail":
        local, _, domain = address.rpartition("@")
        if "." not in domain or not mail_address(address):
            raise Invalid(
                f"'{address}' is not a mail address.", field="address", hint="Write it like maria@example.org."
            )
        return f"{local}@{domain.lower()}"
    parts = urlsplit(address) if address.isprintable() else urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or len(address) > 1000:
        raise Invalid("That is not a web address.", field="address", hint="Write it like https://example.org/hook.")
    return address
