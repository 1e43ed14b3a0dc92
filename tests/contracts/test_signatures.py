"""Signatures of senders, with GitHub's published example and numbers from openssl, as stories."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from stanch.kernel.clock import MINUTE, SECOND
from stanch.ports.signature import github_signature_ok, grafana_signature_ok, sign

GITHUB_SECRET = "It's a Secret to Everybody"
GITHUB = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
BODY = b'{"alerts":[]}'
# printf '{"alerts":[]}' | openssl dgst -sha256 -hmac "a secret", and the same with "1763870400:" before it
PLAIN = "5608f1b8ecf10f3208a2dccffac6e515b5e2b9dfe610215d01337c98a63908d4"
TIMED = "740c774055bad97775720df92dbf18f7152d928597ace1930c88967cf26e1d88"
SENT = 1763870400 * SECOND


def test_githubs_published_example_is_right() -> None:
    assert github_signature_ok(GITHUB_SECRET, b"Hello, World!", GITHUB)


@pytest.mark.parametrize(
    ("secret", "body", "header"),
    [
        (GITHUB_SECRET, b"Hello, World", GITHUB),
        ("another", b"Hello, World!", GITHUB),
        (GITHUB_SECRET, b"Hello, World!", GITHUB.removeprefix("sha256=")),
        (GITHUB_SECRET, b"Hello, World!", "sha1=" + GITHUB[7:47]),
        (GITHUB_SECRET, b"Hello, World!", GITHUB[:-1]),
        (GITHUB_SECRET, b"Hello, World!", ""),
        (GITHUB_SECRET, b"Hello, World!", "sha256="),
        (GITHUB_SECRET, b"Hello, World!", "sha256=\ud800é"),
        ("", b"", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ],
)
def test_everything_else_is_wrong(secret: str, body: bytes, header: str) -> None:
    assert not github_signature_ok(secret, body, header)


def test_grafana_signs_the_body_or_the_moment_and_the_body() -> None:
    assert grafana_signature_ok("a secret", BODY, PLAIN)
    assert grafana_signature_ok("a secret", BODY, TIMED, "1763870400")
    assert not grafana_signature_ok("a secret", BODY, PLAIN, "1763870400")
    assert not grafana_signature_ok("a secret", BODY, TIMED)
    assert not grafana_signature_ok("a secret", BODY, TIMED, "1763870401")


def test_a_recorded_request_is_refused_later() -> None:
    assert grafana_signature_ok("a secret", BODY, TIMED, "1763870400", now=SENT + 5 * MINUTE)
    assert not grafana_signature_ok("a secret", BODY, TIMED, "1763870400", now=SENT + 5 * MINUTE + SECOND)
    assert not grafana_signature_ok("a secret", BODY, TIMED, "1763870400", now=SENT - 6 * MINUTE)


@given(st.binary(max_size=20), st.text(max_size=70), st.text(max_size=20))
def test_no_header_makes_it_fail(body: bytes, header: str, moment: str) -> None:
    assert not github_signature_ok("a secret", body, header)
    assert not grafana_signature_ok("a secret", body, header, moment, now=SENT)


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(codec="utf-8"), max_size=20), st.integers(1, 2**31))
def test_ours_is_the_one_of_standard_webhooks_own_library(key: bytes, text: str, seconds: int) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    theirs = Webhook(secret).sign("msg_1", datetime.fromtimestamp(seconds, UTC), text)
    assert sign(secret, "msg_1", str(seconds), text.encode()) == theirs
