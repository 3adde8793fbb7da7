"""What ``sygn serve`` says where people sign close by."""

from __future__ import annotations

import pytest

from sygn_cli.cli import near
from sygn_cli.delivery import lan
from sygn_cli.services.desk import Desk
from tests.server import stage

URL = "http://192.168.1.20:7447"


@pytest.fixture
def two():
    runtime = stage.runtime()
    return runtime, stage.put(runtime)


def test_in_a_network_it_says_what_is_open_to_whom(two, capsys):
    runtime, _ = two
    near.tell(runtime, URL, lan=True, qr=None, desk=None)
    out, err = capsys.readouterr()
    assert out == ""
    for said in ("plain HTTP", "whoever has a link can sign", "signers' pages only", "port 7447"):
        assert said in err
    assert f"SYGN_PUBLIC_URL={URL}" in err


def test_who_is_served_elsewhere_hears_how_other_commands_lead_there(capsys):
    near.tell_elsewhere(URL + "/", URL)
    assert capsys.readouterr().err == ""
    near.tell_elsewhere("https://sign.example.com", URL)
    err = capsys.readouterr().err
    assert err.count("sygn: hint: ") == 1
    assert "export SYGN_PUBLIC_URL=https://sign.example.com (or public_url in sygn.toml)" in err


def test_links_come_with_a_code_for_whoever_may_sign_now_and_that_is_recorded(two, capsys):
    runtime, document = two
    near.tell(runtime, URL, lan=False, qr=document.id, desk=None)
    out, err = capsys.readouterr()
    assert out.split() == [f"{URL}/x?t={stage.token(runtime, document)}"]
    assert "Ada Lovelace" in err
    assert "█" in err
    assert "Alan Turing" not in err, "it is not his turn"
    assert "link.revealed" in [str(event.type) for event in runtime.store.trail(document.id)]


def test_the_address_of_a_desk_names_no_signer(two, capsys):
    runtime, document = two
    near.tell(runtime, URL, lan=False, qr=None, desk=Desk(runtime, document.id))
    out, err = capsys.readouterr()
    assert out.startswith(f"{URL}/in-person?t=")
    assert "works once" in err
    for signer in ("s1", "s2"):
        assert stage.token(runtime, document, signer) not in out + err


@pytest.mark.parametrize("named", [None, "", "::"])
def test_the_address_that_phones_reach_is_chosen_and_said(monkeypatch, capsys, named):
    found = {"192.168.1.20": "wlan0", "10.1.2.3": "eth0", "172.17.0.1": "docker0"}
    monkeypatch.setattr(lan, "addresses", lambda: lan.order(found, usual="192.168.1.20"))
    assert near.address(named) == "192.168.1.20"
    err = capsys.readouterr().err
    assert "192.168.1.20 (wlan0)" in err
    assert "10.1.2.3 (eth0)" in err
    assert "docker" not in err


def test_an_address_that_was_named_is_taken(capsys):
    assert near.address("10.1.2.3") == "10.1.2.3"
    assert capsys.readouterr().err == ""
