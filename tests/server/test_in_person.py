"""One document, several signers, one device that goes from hand to hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.errors import NotYourTurn
from sygn_cli.server.app import create_app
from sygn_cli.services import documents, downloads
from sygn_cli.services.desk import Desk
from tests.server import stage
from tests.server.site import SIGNATURE


@dataclass
class Device:
    """A device at a desk, or one that would like to be."""

    runtime: object
    desk: Desk
    client: FlaskClient
    document: object
    secret: str = ""

    @property
    def ticket(self) -> str:
        return self.desk.url("").partition("?t=")[2]

    def ask(self, step: str, **body):
        headers = {"X-Device": self.secret}
        return self.client.post(f"/in-person/{step}", json=body, headers=headers)

    def sit_down(self) -> Device:
        self.secret = self.ask("open", ticket=self.ticket).json["device"]
        return self

    def names(self) -> list[str]:
        return [one["name"] for one in self.ask("look").json["next"]]

    def begin(self, signer: str) -> str:
        return self.ask("begin", signer=signer).json["turn"]

    def page(self, turn: str):
        return self.client.get("/x", query_string={"t": turn})

    def post(self, turn: str, path: str, **body):
        return self.client.post(path, json=body, headers={"X-Signing-Token": turn})

    def sign(self, turn: str, field: str):
        assert self.post(turn, "/x/consent").status_code == 204
        return self.post(turn, "/x/sign", marks={field: SIGNATURE})


def at_desk(contract: stage.Contract | None = None) -> Device:
    runtime = stage.runtime()
    document = stage.put(runtime, contract)
    desk = Desk(runtime, document.id)
    client = create_app(runtime, desk=desk).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    return Device(runtime, desk, client, document)


@pytest.fixture
def device() -> Device:
    return at_desk().sit_down()


def test_one_signer_after_the_other_signs_and_it_is_recorded_where(device):
    for name, signer, field in (("Ada Lovelace", "s1", "f1"), ("Alan Turing", "s2", "f2")):
        assert device.names() == [name]
        turn = device.begin(signer)
        assert name in device.page(turn).text
        assert device.sign(turn, field).status_code == 200
    done = device.ask("look").json
    assert (done["next"], done["completed"], done["signed"]) == ([], True, 2)
    trail = device.runtime.store.trail(device.document.id)
    assert [e.data.get("in_person") for e in trail if str(e.type) == "signed"] == [True, True]


def test_the_certificate_says_that_it_was_in_person_and_who_vouches_for_that(device, tmp_path):
    import pymupdf

    for signer, field in (("s1", "f1"), ("s2", "f2")):
        device.sign(device.begin(signer), field)
    pdf = downloads.certificate(device.runtime, device.document.id)
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        words = " ".join(" ".join(page.get_text() for page in opened).split())
    assert words.count("signed in person, on a device that the sender handed over") == 2
    assert "who held it is what they said themselves" in words


def test_a_second_device_is_turned_away(device):
    other = replace(device, secret="")
    assert other.ask("open", ticket=device.ticket).status_code == 403
    assert other.ask("look").status_code == 403
    assert other.ask("begin", signer="s1").status_code == 403


@pytest.mark.parametrize("ticket", ["", "x", "é" * 32])
def test_a_guessed_address_opens_nothing(ticket):
    device = at_desk()
    assert device.ask("open", ticket=ticket).status_code == 403
    assert device.ask("look").status_code == 403
    assert device.sit_down().names() == ["Ada Lovelace"]


def test_nobody_gets_a_turn_before_it_is_theirs(device):
    assert device.ask("begin", signer="s2").status_code == 409
    assert device.ask("begin", signer="s9").status_code == 409


def test_where_order_does_not_matter_people_say_who_they_are():
    device = at_desk(stage.Contract(order=SigningOrder.PARALLEL)).sit_down()
    assert device.names() == ["Ada Lovelace", "Alan Turing"]
    device.sign(device.begin("s2"), "f2")
    assert device.names() == ["Ada Lovelace"]


def test_what_the_last_signer_used_leads_back_to_the_desk(device):
    turn = device.begin("s1")
    device.sign(turn, "f1")
    back = device.page(turn)
    assert (back.status_code, back.headers["Location"]) == (303, "/in-person")
    assert device.client.get("/x/document.pdf", query_string={"t": turn}).status_code == 404
    assert device.post(turn, "/x/viewed").status_code == 404


def test_the_next_turn_ends_the_one_before(device):
    first = device.begin("s1")
    device.begin("s1")
    assert device.page(first).status_code == 303


def test_a_turn_that_was_left_open_ends_by_itself(device):
    turn = device.begin("s1")
    assert device.page(turn).status_code == 200
    device.runtime.clock.sleep(timedelta(minutes=31).total_seconds())
    assert device.page(turn).status_code == 303


def test_no_page_and_no_answer_holds_a_link_of_a_signer(device):
    turn = device.begin("s1")
    said = device.ask("look").text + device.page(turn).text + device.client.get("/in-person").text
    for signer in ("s1", "s2"):
        assert stage.token(device.runtime, device.document, signer) not in said
    assert device.secret not in said


def test_who_declines_ends_it_for_all(device):
    turn = device.begin("s1")
    assert device.post(turn, "/x/decline", reason="No").status_code == 204
    ended = device.ask("look").json
    assert (ended["next"], ended["completed"]) == ([], False)


def test_without_a_desk_the_page_says_so():
    runtime = stage.runtime()
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    page = client.get("/in-person")
    assert page.status_code == 200
    assert "data-open" not in page.text
    assert client.post("/in-person/look", json={}).status_code in {404, 405}


def test_what_nobody_can_sign_is_not_handed_round():
    runtime = stage.runtime()
    document = stage.put(runtime)
    documents.void(runtime, document.id)
    with pytest.raises(NotYourTurn):
        Desk(runtime, document.id)


def test_a_page_of_somebody_else_cannot_use_the_desk(device):
    answer = device.client.post(
        "/in-person/look",
        json={},
        headers={"X-Device": device.secret, "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
