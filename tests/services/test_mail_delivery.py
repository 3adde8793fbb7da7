"""Letters reach people: whom, when, how often, and what the trail says of it."""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from sygn_cli.domain import retention
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.mail import MOST_ATTEMPTS, Handover, Mailbox, MailKind, Outcome
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import (
    delegation,
    documents,
    letters,
    links,
    mail_delivery,
    mailbox,
    maintenance,
    questions,
    sending,
    signing,
    wire,
)
from sygn_cli.services.certificate_view import certificate_view
from sygn_cli.store import durable
from tests.mail_fakes import ACCEPTED, LATER, REFUSED, ScriptedMailer, mailing
from tests.runtimes import a_document, memory_runtime, token_of

PARALLEL = {"signing_order": SigningOrder.PARALLEL}


@pytest.fixture
def mailer() -> ScriptedMailer:
    return ScriptedMailer()


@pytest.fixture
def runtime(tmp_path, clock, mailer):
    return mailing(memory_runtime(clock), tmp_path, mailer)


def deliver(runtime):
    return list(mail_delivery.deliver_due(runtime))


def jobs(runtime):
    return list(runtime.mails.jobs.pending())


def told(runtime):
    """Deliver, and return what was said to whom."""
    return [(p.notice.to, str(p.notice.kind), p.notice.email) for p in deliver(runtime)]


def sign(runtime, document, signer_id):
    values = {
        one.id: "2026-11-21" if one.type == "date" else "x"
        for one in document.fields_of(signer_id)
        if one.type in {"text", "date"} and not one.read_only and one.editable
    }
    who = document.signer(signer_id)
    signing.sign_headlessly(runtime, document.id, signer_id, name=who.name, values=values)


def decline(runtime, document, signer_id, reason):
    url = links.signing_url(runtime, document, document.signer(signer_id))
    signing.decline(runtime, token_of(url), reason=reason, evidence=COMMAND_LINE)


def events(runtime, document, kind):
    return [one for one in runtime.store.trail(document.id) if one.type is kind]


def test_all_signers_of_a_parallel_document_are_invited_at_once(runtime):
    a_document(runtime, **PARALLEL)
    assert told(runtime) == [
        ("s1", "invitation", "ada@example.com"),
        ("s2", "invitation", "alan@example.com"),
    ]
    assert jobs(runtime) == []


def test_in_a_sequential_document_each_is_called_when_it_is_their_turn(runtime):
    document = a_document(runtime)
    assert told(runtime) == [("s1", "invitation", "ada@example.com")]
    sign(runtime, document, "s1")
    assert told(runtime) == [("s2", "your_turn", "alan@example.com")]


def test_the_completion_is_told_to_signers_copies_and_the_owner(runtime, mailer):
    document = a_document(runtime, cc=("carl@example.com", "ADA@example.com"), **PARALLEL)
    deliver(runtime)
    sign(runtime, document, "s1")
    sign(runtime, document, "s2")
    assert [(to, kind) for to, kind, _ in told(runtime)] == [
        ("cc1", "completed"),  # the second copy goes to a signer, who is told already
        ("owner", "completed"),
        ("s1", "completed"),
        ("s2", "completed"),
    ]
    done = runtime.store.load(document.id)
    for letter in mailer.sent[-4:]:
        assert done.sealed_sha256 in letter.text
        assert events(runtime, document, EventType.COMPLETED)[0].hash() in letter.html
        assert [one.name for one in letter.enclosures] == [
            "nda - signed.pdf",
            "nda - certificate.pdf",
        ]
        assert letter.enclosures[0].content.startswith(b"%PDF-")


@pytest.mark.parametrize("changes", [{"attach_signed": False}, {"attach_most": 10}])
def test_a_signer_can_download_what_is_not_attached(runtime, mailer, changes):
    runtime = replace(runtime, settings=replace(runtime.settings, **changes))
    document = a_document(runtime, cc=("carl@example.com",), **PARALLEL)
    sign(runtime, document, "s1")
    sign(runtime, document, "s2")
    deliver(runtime)
    letters = {one.to.email: one for one in mailer.sent if "Completed" in one.subject}
    assert not any(one.enclosures for one in letters.values())
    url = links.signing_url(runtime, document, document.signer("s1"))
    assert url in letters["ada@example.com"].text.splitlines()
    assert "ask Olga Owner for the signed file" in letters["carl@example.com"].text
    assert "/x?t=" not in letters["carl@example.com"].text + letters["olga@example.com"].text


def test_who_declines_is_answered_by_the_owner_and_the_others_are_let_go(runtime, mailer):
    document = a_document(runtime, **PARALLEL)
    deliver(runtime)
    decline(runtime, document, "s2", "The price\nis wrong.")
    assert told(runtime) == [
        ("owner", "declined", "olga@example.com"),
        ("s1", "declined", "ada@example.com"),
    ]
    to_owner, to_other = mailer.sent[-2:]
    assert "> The price\n> is wrong." in to_owner.text
    assert to_owner.reply_to is not None
    assert to_owner.reply_to.email == "alan@example.com"
    assert "price" not in to_other.text + to_other.html


def test_only_those_who_were_asked_hear_that_a_document_was_taken_back(runtime, mailer):
    document = a_document(runtime)
    deliver(runtime)
    documents.void(runtime, document.id, reason="A new version follows.")
    assert told(runtime) == [("s1", "voided", "ada@example.com")]
    assert "> A new version follows." in mailer.sent[-1].text


def test_an_expired_document_is_told_to_the_owner_with_who_is_missing(runtime, clock, mailer):
    document = a_document(runtime, expires="2d", **PARALLEL)
    sign(runtime, document, "s1")
    deliver(runtime)
    clock.at += timedelta(days=3)
    documents.get(runtime, document.id)
    assert {to for to, _, _ in told(runtime)} == {"owner", "s1", "s2"}
    to_owner = next(one for one in mailer.sent if one.to.email == "olga@example.com")
    assert "> Alan Turing <alan@example.com>" in to_owner.text
    assert "Ada" not in to_owner.text


def test_a_draft_is_told_to_nobody_until_it_is_sent(runtime):
    document = a_document(runtime, draft=True, **PARALLEL)
    assert told(runtime) == []
    sending.send(runtime, document.id)
    assert len(told(runtime)) == 2


def test_no_mail_goes_to_an_address_that_a_visitor_typed_in(runtime):
    document = a_document(runtime, links_to="visitor", **PARALLEL)
    decline(runtime, document, "s1", "no")
    assert told(runtime) == [("owner", "declined", "olga@example.com")]


def test_the_owner_of_a_workspace_hears_nothing_of_its_tenants(runtime):
    document = a_document(runtime, account="acct_1", **PARALLEL)
    deliver(runtime)
    decline(runtime, document, "s1", "no")
    assert [to for to, _, _ in told(runtime)] == ["s2"]


def test_a_link_counts_as_sent_once_a_server_has_taken_it(runtime, mailer):
    document = a_document(runtime)
    mailer.script = [LATER]
    deliver(runtime)
    assert events(runtime, document, EventType.LINK_SENT) == []
    (again,) = jobs(runtime)
    runtime.clock.at = again.due
    deliver(runtime)
    (sent,) = events(runtime, document, EventType.LINK_SENT)
    assert sent.data["signer"] == "s1"
    assert sent.data["channel"] == "email"
    assert sent.actor == {"kind": "system"}
    assert runtime.store.load(document.id).signer("s1").mailed_at == sent.at
    first, second = mailer.sent
    assert (first.id, first.subject, first.to) == (second.id, second.subject, second.to)


def test_what_is_not_taken_is_tried_later_and_later_and_then_given_up(runtime, mailer, clock):
    document = a_document(runtime)
    mailer.otherwise = LATER
    waits = []
    while True:
        (posting,) = deliver(runtime)
        if posting.next_at is None:
            break
        waits.append(posting.next_at - clock.at)
        clock.at = posting.next_at
    assert posting.has_failed
    assert len(mailer.sent) == MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) > timedelta(days=1)
    assert jobs(runtime) == []
    assert runtime.store.load(document.id).signer("s1").mail_error == LATER.words


def test_a_refusal_is_final_and_stands_in_the_trail(runtime, mailer):
    document = a_document(runtime)
    mailer.script = [REFUSED]
    (posting,) = deliver(runtime)
    assert posting.has_failed
    assert jobs(runtime) == []
    (failed,) = events(runtime, document, EventType.LINK_FAILED)
    assert failed.data["error"] == "550 no such user"
    assert runtime.store.load(document.id).signer("s1").mail_error == "550 no such user"
    shown = wire.status(runtime, runtime.store.load(document.id), with_links=False)
    signers = cast("list[dict[str, object]]", shown["signers"])
    assert [one["mail_error"] for one in signers] == ["550 no such user", None]


def test_a_letter_that_cannot_be_written_now_is_tried_later(runtime, mailer, clock, monkeypatch):
    a_document(runtime)
    with monkeypatch.context() as patched:
        patched.setattr(letters, "write", _cannot)
        waiting = deliver(runtime)
    assert [one.handover.words for one in waiting] == ["A file cannot be read"]
    assert mailer.sent == []
    clock.at = max(one.next_at for one in waiting)
    assert [one.handover.outcome for one in deliver(runtime)] == [Outcome.ACCEPTED]


def _cannot(*_args, **_kwargs):
    raise WorkspaceUnusable("A file cannot be read.")


def test_a_letter_that_reaches_them_later_takes_the_error_away(runtime, mailer):
    document = a_document(runtime)
    mailer.script = [REFUSED]
    deliver(runtime)
    sending.remind(runtime, document.id)
    deliver(runtime)
    assert runtime.store.load(document.id).signer("s1").mail_error == ""


def test_letters_that_became_pointless_are_dropped(runtime, mailer, clock):
    document = a_document(runtime, expires="2d", **PARALLEL)
    sign(runtime, document, "s1")
    clock.at += timedelta(days=3)
    dropped = [p.notice.to for p in deliver(runtime) if p.handover.outcome is Outcome.DROPPED]
    assert dropped == ["s1", "s2"]
    assert all(MailKind.INVITATION not in one.id for one in mailer.sent)


def test_who_dies_after_the_record_does_not_send_again(runtime, mailer, clock, monkeypatch):
    a_document(runtime)
    with monkeypatch.context() as dying:
        dying.setattr(type(runtime.mails.log), "add", _die)
        with pytest.raises(KeyboardInterrupt):
            deliver(runtime)
    assert len(mailer.sent) == 1
    clock.at += mail_delivery.LEASE
    assert deliver(runtime) == []
    assert len(mailer.sent) == 1
    assert jobs(runtime) == []


def test_who_dies_before_the_record_sends_the_same_letter_again(runtime, mailer, clock):
    document = a_document(runtime)
    mailer.script = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        deliver(runtime)
    assert deliver(runtime) == []  # somebody may still be at it
    clock.at += mail_delivery.LEASE
    deliver(runtime)
    assert len({one.id for one in mailer.sent}) == 1
    assert len(events(runtime, document, EventType.LINK_SENT)) == 1


def deliver_as_the_server_does(runtime, clock, *, leases):
    """Try whatever is due, as often as leases end; errors keep nobody from the next."""
    for _ in range(leases):
        for job in mail_delivery.claim(runtime, limit=9):
            with contextlib.suppress(WorkspaceUnusable):
                mail_delivery.deliver(runtime, job)
        clock.at += mail_delivery.LEASE


def test_what_was_taken_is_not_sent_again_because_the_log_cannot_be_written(
    runtime, mailer, clock, tmp_path
):
    document = a_document(runtime)
    decline(runtime, document, "s1", "no")
    a_document(runtime)
    (tmp_path / ".sygn" / "mail" / "log" / f"{clock.at:%Y-%m-%d}.jsonl").mkdir(parents=True)
    deliver_as_the_server_does(runtime, clock, leases=10)
    told = ["olga@example.com", "alan@example.com", "ada@example.com"]
    assert [one.to.email for one in mailer.sent] == told
    assert jobs(runtime) == []


@pytest.mark.parametrize("said", [ACCEPTED, REFUSED])
def test_where_the_trail_cannot_be_written_only_the_record_is_made_up_for(
    runtime, mailer, clock, monkeypatch, said
):
    document = a_document(runtime)
    mailer.otherwise = said
    with monkeypatch.context() as full:
        full.setattr(runtime.store, "commit", _cannot)
        deliver_as_the_server_does(runtime, clock, leases=10)
    assert len(mailer.sent) == 1
    assert [one.attempts for one in jobs(runtime)] == [0]
    assert [one.handover for one in mailbox.newest(runtime)] == [said]
    mailer.otherwise = LATER
    (posting,) = deliver(runtime)
    assert (posting.handover, posting.number) == (said, 1)
    assert len(mailer.sent) == 1
    told = EventType.LINK_SENT if said is ACCEPTED else EventType.LINK_FAILED
    assert len(events(runtime, document, told)) == 1
    assert jobs(runtime) == []


def test_where_nothing_can_be_written_what_was_taken_is_not_sent_again(
    runtime, mailer, clock, monkeypatch
):
    """Moving and removing files still works on a disk that is full."""
    a_document(runtime)
    with monkeypatch.context() as full:
        full.setattr(runtime.store, "commit", _cannot)
        full.setattr(durable, "write_new", _full)
        deliver_as_the_server_does(runtime, clock, leases=10)
    assert len(mailer.sent) == 1
    assert jobs(runtime) == []


def _full(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def purge(runtime, document):
    at = runtime.clock.now() + timedelta(days=3)
    now = runtime.store.load(document.id)
    entry = retention.purge(now, retention.retention("1d", now=at), actor=OPERATOR)
    with runtime.store.purging.alone():
        runtime.store.purging.bury(now, entry, at=at)


def traces(document, folder):
    """Return letters, jobs and logs that tell of the document."""
    number = document.id.removeprefix("doc_")
    inside = [one for name in ("outbox", "mail") for one in (folder / name).rglob("*")]
    files = [one for one in inside if one.is_file()]
    return [one for one in files if number in one.name or number.encode() in one.read_bytes()]


@pytest.mark.parametrize("said", [ACCEPTED, LATER])
def test_a_letter_in_hand_while_its_document_is_purged_leaves_nothing(
    runtime, mailer, tmp_path, said
):
    document = a_document(runtime, **PARALLEL)
    deliver(runtime)
    decline(runtime, document, "s2", "no")
    in_hand = mail_delivery.claim(runtime, limit=9)
    assert len(in_hand) == 2
    assert len(traces(document, tmp_path / ".sygn")) == 3  # and the log
    calls: list[str] = []

    def send(letter):
        calls.append(letter.id)
        purge(runtime, document)
        return said

    mailer.send = send
    assert [mail_delivery.deliver(runtime, job) for job in in_hand] == [None, None]
    assert len(calls) == 1
    assert traces(document, tmp_path / ".sygn") == []
    assert jobs(runtime) == []


def test_a_purge_waits_for_a_letter_that_is_just_put_into_a_file(runtime, mailer, tmp_path):
    document = a_document(runtime)
    documents.void(runtime, document.id)
    _, letter = mail_delivery.claim(runtime, limit=9)
    folder = tmp_path / ".sygn" / "mail"
    purging = threading.Thread(target=purge, args=(runtime, document))

    def send(letter):
        purging.start()
        while not runtime.store.workspace.folder(document.id).tombstone.exists():
            time.sleep(0.01)
        purging.join(1)  # it has all it needs, but for our leave
        durable.make_folder(folder)
        durable.write_new(folder / f"{letter.id}.eml", b"Dear Ada")
        return Handover(Outcome.KEPT, "a file")

    mailer.delivers = False
    mailer.send = send
    mail_delivery.deliver(runtime, letter)
    purging.join()
    assert traces(document, tmp_path / ".sygn") == []
    assert jobs(runtime) == []


def test_no_link_lies_in_the_outbox_or_the_log(runtime, mailer, tmp_path):
    document = a_document(runtime, **PARALLEL)
    mailer.script = [LATER, REFUSED]
    token = token_of(links.signing_url(runtime, document, document.signer("s1")))
    secret = token.rpartition(".")[2].encode()

    def anywhere():
        return [
            p for p in (tmp_path / ".sygn").rglob("*") if p.is_file() and secret in p.read_bytes()
        ]

    assert jobs(runtime)
    assert anywhere() == []
    deliver(runtime)
    assert secret.decode() in mailer.sent[0].text
    assert anywhere() == []


def test_time_that_is_over_leaves_the_rest_for_others(runtime, mailer, clock):
    a_document(runtime, **PARALLEL)
    mailer.send = lambda letter: (clock.sleep(30), LATER)[1]
    assert len(list(mail_delivery.deliver_due(runtime, seconds=20))) == 1
    assert len(jobs(runtime)) == 2


def test_only_one_documents_letters_are_sent_if_that_is_asked_for(runtime, mailer):
    a_document(runtime)
    second = a_document(runtime)
    assert len(list(mail_delivery.deliver_due(runtime, document_id=second.id))) == 1
    assert second.id.removeprefix("doc_") in mailer.sent[0].id


def _die(*_):
    raise KeyboardInterrupt


def attend(runtime):
    return [(d.id, [one.id for one in who]) for d, who in maintenance.attend(runtime)]


def test_reminders_go_out_by_themselves_to_those_whose_turn_it_is(runtime, clock, mailer):
    document = a_document(runtime, expires="10d")
    deliver(runtime)
    clock.at += timedelta(days=7, minutes=1)
    assert attend(runtime) == [(document.id, ["s1"])]
    assert attend(runtime) == []
    assert told(runtime) == [("s1", "reminder", "ada@example.com")]
    assert "still waits for your signature" in mailer.sent[-1].text
    (reminded,) = events(runtime, document, EventType.REMINDED)
    assert (reminded.actor, reminded.data["channel"]) == ({"kind": "system"}, "email")


def test_a_moved_deadline_is_obeyed(runtime, clock):
    document = a_document(runtime, expires="10d")
    sending.change_deadline(runtime, document.id, "20d")
    clock.at += timedelta(days=8)
    assert attend(runtime) == []
    sending.change_deadline(runtime, document.id, "2d")
    assert attend(runtime) == [(document.id, ["s1"])]


@pytest.mark.parametrize("unheard", ["no server", "no mail"])
def test_where_no_mail_goes_out_nobody_claims_to_have_reminded(runtime, clock, mailer, unheard):
    mailer.delivers = unheard != "no server"
    document = a_document(runtime, expires="10d", mail=unheard != "no mail")
    clock.at += timedelta(days=8)
    assert attend(runtime) == []
    (shown,) = maintenance.attend(runtime, links_are_shown=True)
    assert [one.id for one in shown[1]] == ["s1"]
    (reminded,) = events(runtime, document, EventType.REMINDED)
    assert reminded.data["channel"] == "operator"


def test_who_signs_in_anothers_place_gets_the_link_and_the_owner_hears_of_it(runtime, mailer):
    document = a_document(runtime)
    deliver(runtime)
    url = links.signing_url(runtime, document, document.signer("s1"))
    other = Invitee("Zoë Müller", "zoe@example.com", locale="de")
    delegation.delegate(
        runtime, token_of(url), other, reason="She owns the house.", evidence=COMMAND_LINE
    )
    assert told(runtime) == [
        ("owner", "passed_on", "olga@example.com"),
        ("s1", "delegated", "zoe@example.com"),
    ]
    to_owner, to_zoe = mailer.sent[-2:]
    assert "> She owns the house." in to_owner.text
    now = runtime.store.load(document.id)
    assert links.signing_url(runtime, now, now.signer("s1")) in to_zoe.text.splitlines()
    assert url not in to_zoe.text
    assert "Ada Lovelace" in to_zoe.text
    assert to_zoe.locale == "de"


def test_a_question_reaches_the_owner_who_can_simply_answer(runtime, mailer):
    document = a_document(runtime)
    deliver(runtime)
    token = token_of(links.signing_url(runtime, document, document.signer("s1")))
    questions.ask(runtime, token, "Which house?\nThe red one?", evidence=COMMAND_LINE)
    assert told(runtime) == [("owner", "question", "olga@example.com")]
    letter = mailer.sent[-1]
    assert letter.reply_to == Mailbox("Ada Lovelace", "ada@example.com")
    assert "> Which house?\n> The red one?" in letter.text


def test_the_certificate_tells_how_each_link_went_out(runtime, mailer, clock):
    document = a_document(runtime, **PARALLEL)
    mailer.script = [REFUSED]
    deliver(runtime)
    view = certificate_view(
        runtime.store.load(document.id),
        runtime.store.trail(document.id),
        fingerprint="",
        sealed_by="",
    )
    assert [one.delivery for one in view.signers] == [
        "shown to the sender, who passed it on",
        "sent by e-mail to alan@example.com; also shown to the sender",
    ]
    words = [one.words for one in view.events]
    assert "The signing link could not be sent by e-mail (Ada Lovelace): 550 no such user" in words
    assert "The signing link was sent by e-mail (Alan Turing)" in words
