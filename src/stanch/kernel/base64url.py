"""base64url without padding, as browsers write keys (RFC 4648, section 5)."""

import base64
import binascii


def packed(raw: bytes) -> str:
    """Bytes as text."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    """Padded or not. Raises ``ValueError``."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("that is not base64url") from error
