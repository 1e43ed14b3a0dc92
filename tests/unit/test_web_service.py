"""Errors of the network in words for people."""

import pytest
import urllib3

from stanch.ports.web_service import reason
from tests.components.process import free_port


def test_a_refused_connection_is_said_without_objects_and_numbers() -> None:
    with pytest.raises(urllib3.exceptions.HTTPError) as raised:
        urllib3.request("GET", f"http://127.0.0.1:{free_port()}/", retries=False)
    assert reason(raised.value) == "Connection refused"


def test_what_says_nothing_is_called_by_its_kind() -> None:
    assert reason(OSError()) == "OSError"
    assert reason(OSError(113, "No route to host")) == "No route to host"
