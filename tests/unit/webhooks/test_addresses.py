"""Addresses that webhooks may not call, in every way of writing them."""

from __future__ import annotations

import pytest

from icosa.validation.errors import MetadataValidationError
from icosa.webhooks.addresses import is_private_literal
from icosa.webhooks.bodies import read_new

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:1::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "192.88.99.1",
    "192.0.0.9",
    "192.0.0.10",
    "[2001:1::1]",
    "[2001:3::1]",
    "[2001:20::1]",
    "[3fff::1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::808:808]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:808:808::]",
    "[4000::1]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "[2606:4700::1111]", "[2a00:1450:4001::1]", "hook.example.com"]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("rest", ["", ":8080/hook", "/a?b=c"])
def test_private_targets(host: str, rest: str) -> None:
    with pytest.raises(MetadataValidationError) as error:
        read_new({"targetUrl": f"http://{host}{rest}", "operations": []})
    assert error.value.failures[0].problems[0].code == "INVALID_TARGET_URL"


@pytest.mark.parametrize("host", PUBLIC)
def test_public_targets(host: str) -> None:
    assert not is_private_literal(host)
    assert read_new({"targetUrl": f"https://{host}/", "operations": []})["targetUrl"].startswith("https://")
