"""A signature that was passed on: what the certificate tells of it, and who is written to."""

from __future__ import annotations

import pymupdf
import pytest

from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.mail import MailKind
from sygn_cli.domain.notices import notices
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import delegation, downloads, links, signing
from tests.runtimes import a_document, memory_runtime, token_of

BOB = Invitee("Bob", "bob@example.com")
OWNER = "Olga <olga@example.com>"


@pytest.fixture
def runtime():
    return memory_runtime()


@pytest.fixture
def document(runtime):
    return a_document(runtime)


def pass_on(runtime, document):
    link = token_of(links.signing_url(runtime, document, document.signer("s1")))
    signing.record_view(runtime, link, COMMAND_LINE)
    signing.give_consent(runtime, link, locale="en", evidence=COMMAND_LINE)
    return delegation.delegate(
        runtime, link, BOB, reason="She leads it now.", evidence=COMMAND_LINE
    )


def test_the_certificate_tells_who_passed_it_on_to_whom_and_why(runtime, document):
    pass_on(runtime, document)
    for signer, name in (("s1", "Bob"), ("s2", "Alan Turing")):
        signing.sign_headlessly(runtime, document.id, signer, name=name, values={})
    certificate = downloads.certificate(runtime, document.id)
    with pymupdf.open(stream=certificate, filetype="pdf") as pdf:
        words = " ".join("".join(page.get_text() for page in pdf).replace("\u200b", "").split())
    assert "1. Bob" in words
    assert (
        "Passed on by Ada Lovelace <ada@example.com> to Bob <bob@example.com>: She leads it now."
        in words
    )
    # Who opened and consented before the hand-over was Ada, and stays Ada.
    assert words.count("Ada Lovelace Consent to sign electronically was given") == 1
    assert "Bob The document was signed" in words


def last(runtime, document):
    return runtime.store.load(document.id), runtime.store.trail(document.id)[-1]


def told(runtime, document, owner=OWNER):
    return [(one.kind, one.email) for one in notices(*last(runtime, document), owner=owner)]


def test_the_other_person_and_the_owner_are_written_to(runtime, document):
    pass_on(runtime, document)
    assert told(runtime, document) == [
        (MailKind.DELEGATED, "bob@example.com"),
        (MailKind.PASSED_ON, "olga@example.com"),
    ]


def test_what_the_sender_did_is_an_invitation_once_it_is_their_turn(runtime, document):
    delegation.replace_signer(runtime, document.id, "s2", Invitee("Carol", "carol@example.com"))
    assert told(runtime, document) == []
    delegation.replace_signer(runtime, document.id, "s1", BOB)
    assert told(runtime, document) == [(MailKind.INVITATION, "bob@example.com")]
