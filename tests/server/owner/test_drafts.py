"""New documents, their people and words, their fields, templates: all before anything is sent."""

from __future__ import annotations

import io
import json
import re

import pytest

from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.services import documents, sending, wire
from tests.server import stage
from tests.server.owner.office import FORM, SCRIPT, office

HOSTILE = "</script><b>{{7*7}}"


@pytest.fixture
def owner(lasting):
    """Every test makes a draft of its own; making the application takes longer than most."""
    return lasting


def now(owner, document):
    return owner.runtime.store.load(document.id)


def test_an_upload_becomes_a_draft_with_its_fields_found(owner):
    document = owner.draft()
    assert document.status is DocumentStatus.DRAFT
    assert document.title == "lease"
    assert [one.name for one in document.signers] == ["Ada Lovelace", "Alan Turing"]
    assert {one.signer for one in document.fields} == {"s1", "s2"}
    assert document.expires_at is not None


def test_a_script_is_told_where_to_go_on(owner):
    form = {
        "name": "Ada",
        "email": "ada@example.com",
        "proof": owner.proof,
        "pdf": (io.BytesIO(stage.agreement("Lease")), "lease.pdf"),
    }
    answer = owner.client.post(f"{owner.home}/new", data=form, headers=SCRIPT)
    assert answer.json["location"].endswith("/fields")


def test_a_usual_deadline_that_has_passed_is_named():
    there = office(expires="2020-01-01", expires_from="SYGN_EXPIRES")
    there.enter()
    page = there.get("/new")
    assert page.status_code == 503
    assert "The setting SYGN_EXPIRES is the deadline" in page.text


def test_a_pdf_without_fields_is_a_draft_without_fields(owner):
    import pymupdf

    with pymupdf.open() as plain:
        plain.new_page().insert_text((72, 72), "Nothing to fill in here.")
        pdf = plain.tobytes()
    answer = owner.upload(pdf)
    assert answer.status_code == 303
    document = owner.runtime.store.load(answer.location.split("/")[-2])
    assert document.fields == ()
    assert "Place at least one field first" in owner.get(f"/documents/{document.id}").text
    assert owner.post(f"/documents/{document.id}/send").status_code == 422


@pytest.mark.parametrize(
    ("pdf", "changes", "status", "said"),
    [
        (b"GIF89a", {}, 422, "not a PDF"),
        (None, {"email": ["nobody", "", ""]}, 400, "is not an e-mail address"),
        (None, {"name": ["", "", ""], "email": ["", "", ""]}, 400, "Nobody is to sign yet"),
        (None, {"cc": "nobody"}, 400, "is not an e-mail address"),
        (None, {"expires": "2001-01-01"}, 400, "lies in the past"),
        (None, {"title": "a\u202eb"}, 400, "U+202E"),
        (None, {"title": "x" * 10_000}, 400, "longer than 200"),
    ],
)
def test_a_refusal_is_explained_and_what_was_typed_is_kept(owner, pdf, changes, status, said):
    answer = owner.upload(pdf, **{"message": f"Dear tenant {HOSTILE}", **changes})
    assert answer.status_code == status
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert "Dear tenant &lt;/script&gt;&lt;b&gt;{{7*7}}" in answer.text
    if "email" not in changes:
        assert 'value="ada@example.com"' in answer.text


def test_no_file_is_said_so(owner):
    answer = owner.post("/new", {"name": "Ada", "email": "ada@example.com"})
    assert answer.status_code == 400
    assert "There is no PDF yet." in answer.text


def test_people_and_words_can_be_changed_and_fields_follow_their_people(owner):
    document = owner.draft()
    of_alan = [one.id for one in document.fields if one.signer == "s2"]
    answer = owner.post(
        f"/documents/{document.id}/details",
        {
            "signer": ["s2", ""],
            "name": ["Alan Turing", "Grace Hopper"],
            "email": ["alan@example.com", "grace@example.com"],
            "role": ["", ""],
            "order": ["1", "1"],
            "title": "The lease",
            "sequential": "yes",
            "cc": "a@example.com, b@example.com",
            "expires": "",
        },
    )
    assert answer.status_code == 303
    changed = now(owner, document)
    assert [one.name for one in changed.signers] == ["Alan Turing", "Grace Hopper"]
    assert [one.order for one in changed.signers] == [1, 1]
    assert changed.signing_order is SigningOrder.SEQUENTIAL
    assert changed.cc == ("a@example.com", "b@example.com")
    assert changed.expires_at is None
    assert {one.signer for one in changed.fields} == {"s1"}
    assert {one.id for one in changed.fields} >= set(of_alan)


@pytest.mark.parametrize("before", ["s9", "x", "", "s1"])
def test_rows_that_stand_for_nobody_are_new_people(owner, before):
    document = owner.draft()
    form = {"signer": ["s1", before], "name": ["A", "B"], "email": ["a@b.de", "b@b.de"]}
    answer = owner.post(f"/documents/{document.id}/details", {**form, "title": "T"})
    assert answer.status_code == 303
    assert [one.email for one in now(owner, document).signers] == ["a@b.de", "b@b.de"]


def test_looking_at_the_details_and_saving_them_changes_nothing(owner):
    document = owner.draft()
    page = owner.get(f"/documents/{document.id}/details").text
    form = filled_in(page)
    form["title"] = document.title
    form["expires"] = document.expires_at.date().isoformat()
    assert owner.post(f"/documents/{document.id}/details", form).status_code == 303
    assert now(owner, document) == document


def filled_in(page: str) -> dict[str, list[str]]:
    """Return the rows of the form and what it was filled from."""
    named = ("signer", "name", "email", "role", "order", "head")
    return {
        name: re.findall(rf'name="{name}"[^>]*?value="([^"]*)"', page.replace("\n", " "))
        for name in named
    }


def test_an_older_form_does_not_give_fields_to_somebody_else(owner):
    document = owner.draft()
    details = f"/documents/{document.id}/details"
    older = filled_in(owner.get(details).text)
    without_ada = {name: rows if name == "head" else rows[1:] for name, rows in older.items()}
    assert owner.post(details, {**without_ada, "title": "Alan alone"}).status_code == 303
    changed = now(owner, document)
    assert [one.name for one in changed.signers] == ["Alan Turing"]
    for form in (older, filled_in(owner.post(details, {**older, "title": "Old"}).text)):
        refused = owner.post(details, {**form, "title": "Old"})
        assert refused.status_code == 409
        assert "was changed elsewhere meanwhile" in refused.text
        assert "Load it again" in refused.text
        assert now(owner, document) == changed
    fresh = filled_in(owner.get(details).text)
    assert owner.post(details, {**fresh, "title": "New"}).status_code == 303
    assert now(owner, document).title == "New"


def test_fields_are_saved_as_they_were_placed(owner):
    document = owner.draft()
    fields = [wire.field(one) for one in document.fields[:2]]
    fields[0]["x"] = 100.5
    fields.append(
        {"id": "f99", "type": "checkbox", "page": 1, "x": 9, "y": 9, "width": 14, "height": 14}
        | {"signer": "s2", "label": HOSTILE}
    )
    answer = owner.put_fields(document, fields)
    assert answer.status_code == 200
    changed = now(owner, document)
    assert [one.id for one in changed.fields] == [*(one.id for one in document.fields[:2]), "f99"]
    assert changed.fields[0].box.x == 100.5
    assert answer.json["head"] == changed.head
    assert "</script><b>" not in owner.get(f"/documents/{document.id}/fields").text


@pytest.mark.parametrize(
    ("written", "status", "owned_by"),
    [("s2", 200, "s2"), ("ALAN@example.com", 200, "s2"), ("signer2", 400, ""), ("s7", 400, "")],
)
def test_a_field_is_the_signers_that_is_meant_or_is_refused(owner, written, status, owned_by):
    document = owner.draft()
    fields = [wire.field(document.fields[0]) | {"signer": written}]
    answer = owner.put_fields(document, fields)
    assert answer.status_code == status
    kept = [one.signer for one in now(owner, document).fields]
    assert kept == ([owned_by] if owned_by else [one.signer for one in document.fields])


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(owner):
    document = owner.draft()
    owner.put_fields(document, [wire.field(document.fields[0])])
    answer = owner.put_fields(document, [])
    assert answer.status_code == 409
    assert answer.json["error"] == "conflict"
    assert len(now(owner, document).fields) == 1


def test_saving_the_same_twice_is_no_event(owner):
    document = owner.draft()
    fields = [wire.field(document.fields[0])]
    owner.put_fields(document, fields)
    again = owner.put_fields(document, fields)
    assert again.status_code == 200
    assert len(owner.runtime.store.trail(document.id)) == 2


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"head": 1}', '{"head": "", "fields": [1]}', "[" * 99_999]
)
def test_nonsense_is_refused(owner, body):
    document = owner.draft()
    answer = owner.client.post(
        f"{owner.home}/documents/{document.id}/fields",
        data=body,
        headers={**SCRIPT, "X-Owner-Proof": owner.proof, "Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert now(owner, document) == document


def test_what_was_sent_cannot_be_edited(owner):
    document = owner.draft()
    sending.send(owner.runtime, document.id)
    assert owner.put_fields(now(owner, document), []).status_code == 409
    assert owner.get(f"/documents/{document.id}/fields").status_code == 303
    assert owner.get(f"/documents/{document.id}/details").status_code == 303


def test_the_editor_gets_pages_fields_and_people_but_no_address_of_mail(owner):
    document = owner.draft()
    page = owner.get(f"/documents/{document.id}/fields").text
    data = json.loads(page.partition('id="data"')[2].partition(">")[2].partition("</script>")[0])
    assert len(data["pages"]) == 2
    assert [one["name"] for one in data["signers"]] == ["Ada Lovelace", "Alan Turing"]
    assert len(data["fields"]) == len(document.fields)
    picture = owner.client.get(f"{data['pages'][0]['address']}.webp", headers=FORM)
    assert picture.data[:4] == b"RIFF"


def test_places_that_detection_is_not_sure_of_are_offered_apart(owner, monkeypatch):
    document = owner.draft()
    sure = document.fields[0]
    owner.put_fields(document, [wire.field(one) for one in document.fields[1:]])
    monkeypatch.setattr("sygn_cli.services.detection.THRESHOLD", 2.0)
    offered = owner.get(f"/documents/{document.id}/unsure", Accept="application/json").json
    assert [one["page"] for one in offered] == [sure.page]
    assert offered[0]["reason"]


def test_a_document_becomes_a_template_and_a_template_a_document(owner):
    document = owner.draft()
    owner.post(f"/documents/{document.id}/template", {"title": "Lease \u00dcber <b>"})
    assert "Lease Über &lt;b&gt;" in owner.get("/templates").text
    assert "Signer 2" in owner.get("/new?template=lease-uber-b").text
    answer = owner.upload(
        template="lease-uber-b", role=["Signer 2", "Signer 1", ""], title="For the Turings"
    )
    made = owner.runtime.store.load(answer.location.split("/")[-2])
    assert made.title == "For the Turings"
    by_box = {one.box: one.signer for one in document.fields}
    turned = {"s1": "s2", "s2": "s1"}
    assert all(one.signer == turned[by_box[one.box]] for one in made.fields)
    assert owner.post("/templates/lease-uber-b/remove").status_code == 303
    assert "No template yet" in owner.get("/templates").text
    assert owner.get("/new?template=lease-uber-b").status_code == 404


def test_a_new_draft_is_made_of_a_document_in_any_state(owner):
    document = stage.put(owner.runtime)
    documents.void(owner.runtime, document.id)
    answer = owner.post(f"/documents/{document.id}/copy")
    assert answer.status_code == 303
    made = owner.runtime.store.load(answer.location.split("/")[-2])
    assert made.status is DocumentStatus.DRAFT
    assert made.id != document.id
    same = ("title", "message", "fields", "files", "signing_order")
    assert [getattr(made, one) for one in same] == [getattr(document, one) for one in same]
    assert [one.email for one in made.signers] == [one.email for one in document.signers]


def test_two_templates_of_one_name_get_two_slugs(owner):
    document = owner.draft()
    for _ in "ab":
        owner.post(f"/documents/{document.id}/template", {"title": "\u5951\u7ea6"})
    slugs = {one.slug for one in owner.runtime.templates.list()}
    assert slugs >= {"template", "template-2"}
