"""Which of a machine's addresses a phone can reach."""

from __future__ import annotations

import pytest

from sygn_cli.delivery import lan
from sygn_cli.domain.errors import NetworkFailed

WIFI = {"192.168.1.20": "wlan0"}
CABLE = {"10.1.2.3": "eth0"}
DOCKER = {"172.17.0.1": "docker0"}
NOT_LOCAL = {"127.0.0.1": "lo", "169.254.7.7": "eth1", "93.184.216.34": "eth2"}


@pytest.mark.parametrize(
    ("found", "usual", "ips"),
    [
        (WIFI, "192.168.1.20", ["192.168.1.20"]),
        (CABLE | WIFI, "192.168.1.20", ["192.168.1.20", "10.1.2.3"]),
        (CABLE | WIFI, "10.1.2.3", ["10.1.2.3", "192.168.1.20"]),
        (DOCKER | WIFI, "192.168.1.20", ["192.168.1.20", "172.17.0.1"]),
        (DOCKER | WIFI, "", ["192.168.1.20", "172.17.0.1"]),
        ({"10.8.0.2": "tun0"} | WIFI, "10.8.0.2", ["192.168.1.20", "10.8.0.2"]),
        (NOT_LOCAL | WIFI, "93.184.216.34", ["192.168.1.20"]),
        ({}, "192.168.1.20", ["192.168.1.20"]),
        (NOT_LOCAL, "", []),
    ],
)
def test_the_likeliest_address_comes_first(found, usual, ips):
    assert [one.ip for one in lan.order(found, usual=usual)] == ips


def test_an_address_says_which_interface_it_is_of():
    (wifi,) = lan.order(WIFI, usual="192.168.1.20")
    assert (str(wifi), wifi.is_usual, wifi.is_virtual) == ("192.168.1.20 (wlan0)", True, False)


@pytest.mark.parametrize("found", [{}, DOCKER, NOT_LOCAL])
def test_a_machine_in_no_network_says_so(monkeypatch, found):
    monkeypatch.setattr(lan, "addresses", lambda: lan.order(found, usual=""))
    with pytest.raises(NetworkFailed, match="no address in a local network") as refused:
        lan.choose()
    assert "--host" in (refused.value.hint or "")


def test_the_addresses_of_this_machine_are_found_without_sending_anything():
    assert all(one.ip.count(".") == 3 for one in lan.addresses())
