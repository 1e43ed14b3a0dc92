"""No text begins a header of a mail that stanch did not write: a title of an alert, a name, an address (OWASP: header injection)."""

from email import message_from_bytes

import pytest

from stanch.communicate.subscribers.sending import check_address
from stanch.integrations.smtp import WRITING, _compose, _mailbox
from stanch.kernel.errors import Invalid
from stanch.ports import Failed, Message

# Python decodes an encoded word when it reads a header, and writes what stood in it as it is, line breaks too.
WORDS = (
    "=?utf-8?q?x=0d=0aBcc:_eve=40evil.example?=",
    "=?utf-8?b?WA0KQmNjOiBldmVAZXZpbC5leGFtcGxl?=",
    "=?us-ascii?Q?=0A=0ABody?=",
)
BREAKS = ("\r\nBcc: eve@evil.example", "\nBcc: e@e", "\rBcc: e@e", "\u2028Bcc: e@e", "\x0bBcc: e@e", "\x85Bcc: e@e")
OURS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Importance", "List-Id",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
}  # fmt: skip


@pytest.mark.parametrize("harm", [*WORDS, *BREAKS])
@pytest.mark.parametrize("where", ["title", "header", "name", "sender"])
def test_no_text_begins_a_header(harm: str, where: str) -> None:
    title = f"Checkout {harm} fails" if where == "title" else "t"
    headers = {"List-Id": harm} if where == "header" else {}
    address, sender = "ada@example.org", "stanch <stanch@example.org>"
    if where == "name":
        address = f'"{harm}" <ada@example.org>'
    if where == "sender":
        sender = f"{harm} <stanch@example.org>"
    mail = _compose(sender, address, "ada@example.org", Message("k", title, harm, "https://x/", headers=headers))
    content = mail.as_bytes(policy=WRITING)
    read = message_from_bytes(content)
    assert set(read.keys()) <= OURS and len(read.keys()) == len(set(read.keys()))
    assert b"\r" not in content.split(b"\r\n\r\n")[0].replace(b"\r\n", b"")
    if where == "title" and "=?" in harm:
        assert "utf-8" in str(read["Subject"]) or "us-ascii" in str(read["Subject"]), (
            "the words are shown as they were typed"
        )


@pytest.mark.parametrize(
    "address",
    [*(f"{word}@evil.example" for word in WORDS), "a@b\r\nBcc: c@d", "Bcc: v@v:;", ".@b.org", "a..b@c.org", "a@[1.2.3.4", "a@b_c.org", "a@" + "b" * 400, "a,b@c.org"],
)  # fmt: skip
def test_what_is_no_mail_address_is_no_crash(address: str) -> None:
    with pytest.raises(Invalid):
        check_address("mail", address)
    try:
        found = _mailbox(address, "the address")
    except Failed:
        return
    mail = _compose("s@example.org", address, found, Message("k", "t", "x"))
    assert set(message_from_bytes(mail.as_bytes(policy=WRITING)).keys()) <= OURS


@pytest.mark.parametrize("address", ["maria@example.org", "o'brien+x@mail.example.co.uk", "a_b@xn--mnchen-3ya.de"])
def test_plain_addresses_are_taken(address: str) -> None:
    assert check_address("mail", address) == address and _mailbox(f"Maria <{address}>", "the address") == address
