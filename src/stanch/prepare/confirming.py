"""Confirms that a test page arrived: by the link in it, or by typing its code on the profile. Pure."""

import base64

from stanch.kernel.clock import DAY
from stanch.ports.signature import is_code, link_code

# How long a test page can be confirmed.
GOOD_FOR = DAY


def code_of(secret: str, test: str) -> str:
    """The code in the link of a test page."""
    return link_code(secret, "arrived", test)


def typed(code: str) -> str:
    """The same code for typing: eight letters and digits, 40 bits."""
    text = base64.b32encode(bytes.fromhex(code[:10])).decode()
    return f"{text[:4]}-{text[4:]}"


def same(code: str, given: str) -> bool:
    """Whether a person typed this code, in any case, with or without its dash."""
    wanted, told = (text.replace("-", "").replace(" ", "").upper() for text in (typed(code), given))
    return is_code(wanted, told)
