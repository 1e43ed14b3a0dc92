"""A push service with one browser behind it, which decrypts what it is sent (RFC 8291)."""

import json
import os
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

URL = "https://stanch.example.org"


class PushService:
    """One browser behind one push service."""

    def __init__(self, path: str = "/push/x?a=1") -> None:
        self.path = path
        self.pair, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.got: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.answers: list[int] = []
        self.headers = {"Retry-After": "7", "Location": "http://127.0.0.1:9/elsewhere"}

    @property
    def point(self) -> bytes:
        return self.pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        assert (method, path) == ("POST", self.path) and headers["content-encoding"] == "aes128gcm"
        self.heads.append(headers)
        self.sizes.append(len(body))
        assert int.from_bytes(body[16:20], "big") == 4096 >= len(body), "one record"
        self.got.append(json.loads(http_ece.decrypt(body, private_key=self.pair, auth_secret=self.auth)))
        return self.answers.pop(0) if self.answers else 201, self.headers, b"said"

    def text(self) -> str:
        return "\n".join(json.dumps(got, ensure_ascii=False).replace('"/', f'"{URL}/') for got in self.got)

    def with_answer(self, *statuses: int) -> "PushService":
        self.answers += statuses
        return self
