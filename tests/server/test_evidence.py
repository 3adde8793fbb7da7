"""Whose address is believed."""

from __future__ import annotations

import pytest

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.server.evidence import client_address, networks
from tests.server.site import serve

PROXIES = networks(["10.0.0.0/8", "::1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address", "source"),
    [
        ("203.0.113.7", "", "203.0.113.7", "direct"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7", "direct"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1", "proxy"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1", "proxy"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1", "proxy"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", "proxy"),
        ("10.0.0.1", "", "10.0.0.1", "direct"),
        ("10.0.0.1", "nonsense", "10.0.0.1", "direct"),
        ("10.0.0.1", "198.51.100.1, <script>", "10.0.0.1", "direct"),
        ("::1", "2001:db8::5", "2001:db8::5", "proxy"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1", "proxy"),
        ("", "198.51.100.1", "", ""),
    ],
)
def test_the_first_address_that_is_no_proxy_of_ours_counts(peer, forwarded, address, source):
    assert client_address(peer, forwarded, PROXIES) == (address, source)


def test_without_trusted_proxies_the_header_is_ignored(site):
    site.post("/x/viewed", {}, **{"X-Forwarded-For": "198.51.100.1"})
    event = site.last_event()
    assert (event["ip"], event["ip_source"]) == ("127.0.0.1", "direct")


def test_a_trusted_proxy_is_believed_and_that_is_recorded():
    site = serve(trusted_proxies=("127.0.0.0/8",))
    site.post("/x/viewed", {}, **{"X-Forwarded-For": "6.6.6.6, 198.51.100.1"})
    event = site.last_event()
    assert (event["ip"], event["ip_source"]) == ("198.51.100.1", "proxy")


def test_a_user_agent_cannot_bring_control_characters_or_novels(site):
    site.post("/x/viewed", {}, **{"User-Agent": "x" * 2000})
    assert len(str(site.last_event()["user_agent"])) == 400


def test_what_is_no_network_is_refused():
    with pytest.raises(InvalidRequest):
        networks(["10.0.0.0/40"])
