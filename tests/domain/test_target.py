"""Which URLs and addresses sygn connects to when somebody else names them."""

from __future__ import annotations

import pytest

from sygn_cli.domain import target
from sygn_cli.domain.errors import InvalidRequest

# Whatever lies here is never a public server, whoever allows what.
NEVER = (
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%2",
    "fec0::1",
    "ff02::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::a00:1",
    "64:ff9b::a9fe:a9fe",
    "::ffff:169.254.169.254",
    "::ffff:0:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "not an address",
    "",
)
OWN = (
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.1.2.3",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "::ffff:0:127.0.0.1",
)
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
)


@pytest.mark.parametrize("address", NEVER)
def test_special_addresses_are_refused_even_to_the_operator(address):
    assert target.refusal(address, allow_private=False)
    assert target.refusal(address, allow_private=True)


@pytest.mark.parametrize("address", OWN)
def test_own_networks_need_leave(address):
    assert target.refusal(address, allow_private=False)
    assert target.refusal(address, allow_private=True) == ""


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_free(address):
    assert target.refusal(address, allow_private=False) == ""


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "example.com/hook",
        "https://",
        "https:///hook",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com/#fragment",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://example.com:22/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nHost: evil",
        "https://example.com\\@127.0.0.1/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://" + "a" * 64 + ".example/",
        "https://example.com/" + "a" * 2000,
        "https://-example.com/",
        "https://a..b/",
        "http://example.com/",
        "",
    ],
)
def test_what_is_no_usable_url_is_refused(url):
    with pytest.raises(InvalidRequest):
        target.parse(url, allow_private=False)


def test_a_url_is_taken_apart():
    parsed = target.parse("https://Example.COM/hook/ü?a=1&b=ä%20c", allow_private=False)
    assert parsed.host == "example.com"
    assert parsed.port == 443
    assert parsed.path == "/hook/%C3%BC?a=1&b=%C3%A4%20c"
    assert parsed.authority == "example.com"


def test_a_host_in_another_script_becomes_its_ascii_name():
    assert target.parse("https://bücher.example/", allow_private=False).host == (
        "xn--bcher-kva.example"
    )


def test_the_operators_own_receiver_may_be_plain_and_on_any_port():
    parsed = target.parse("http://[::1]:5678/hook", allow_private=True)
    assert (parsed.host, parsed.port, parsed.authority) == ("::1", 5678, "[::1]:5678")
