"""Our messages in Slack's blocks (formats/15, 15.3). Pure."""

from typing import Any

from stanch.ports.chat import ChatMessage, Choice
from stanch.ports.message_text import cut, one_line, printable

HEADER_CHARACTERS, SECTION_CHARACTERS, TEXT_CHARACTERS = 150, 3000, 4000
TITLE_CHARACTERS, DIALOG_CHARACTERS = 100, 300
BUTTON_CHARACTERS, VALUE_CHARACTERS, MOST_BUTTONS, MOST_BLOCKS = 75, 2000, 25, 50


def body(message: ChatMessage) -> dict[str, Any]:
    """Arguments of chat.postMessage and chat.update, without the place. Nothing in a text mentions anybody."""
    text = printable(message.text)
    blocks: list[dict[str, Any]] = []
    if message.heading:
        title = {"type": "plain_text", "text": cut(one_line(message.heading), HEADER_CHARACTERS), "emoji": False}
        blocks.append({"type": "header", "text": title})
    for part in sections(text):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": part, "verbatim": True}})
    open_choices = [choice for choice in message.choices if "<" in choice.line]
    if typed := "\n".join(f"{each.label}: /stanch {each.line}" for each in open_choices):
        for part in sections(typed):
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": part, "verbatim": True}})
    if buttons := _buttons(message):
        blocks.append({"type": "actions", "block_id": "choices", "elements": buttons})
    lines = [message.heading, text, *(f"{each.label}: /stanch {each.line}" for each in message.choices)]
    short = cut(escaped("\n".join(line for line in lines if line)), TEXT_CHARACTERS)
    return {
        "text": short, "blocks": blocks[:MOST_BLOCKS], "parse": "none", "link_names": False, "unfurl_links": False,
        "unfurl_media": False, "metadata": {"event_type": "stanch_message", "event_payload": {"id": message.key}},
    }  # fmt: skip


def _buttons(message: ChatMessage) -> list[dict[str, Any]]:
    buttons = [
        _button(f"choice_{place}", choice.label) | {"value": choice.line} | _confirm(choice)
        for place, choice in enumerate(message.choices)
        if "<" not in choice.line and len(choice.line) <= VALUE_CHARACTERS
    ]
    if message.url:
        buttons.append(_button("open", "Open") | {"url": message.url})
    return buttons[:MOST_BUTTONS]


def _confirm(choice: Choice) -> dict[str, Any]:
    """The dialog that Slack opens before the press counts."""
    if not choice.asks:
        return {}
    texts = {
        "title": cut(one_line(choice.label), TITLE_CHARACTERS),
        "text": cut(choice.asks, DIALOG_CHARACTERS),
        "confirm": "Yes",
        "deny": "No",
    }
    return {"confirm": {name: {"type": "plain_text", "text": text} for name, text in texts.items()}}


def _button(name: str, label: str) -> dict[str, Any]:
    return {
        "type": "button", "action_id": name, "text": {"type": "plain_text", "text": cut(one_line(label), BUTTON_CHARACTERS)},
    }  # fmt: skip


def sections(text: str) -> list[str]:
    """The text escaped, in parts that a section may have, cut between characters and never inside an entity."""
    parts, part = list[str](), ""
    for char in text:
        piece = escaped(char)
        if len(part) + len(piece) > SECTION_CHARACTERS:
            parts.append(part)
            part = ""
        part += piece
    return [each for each in (*parts, part) if each.strip()]


def escaped(text: str) -> str:
    """``&``, ``<`` and ``>`` as entities, so that no text can write ``<!channel>``."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
