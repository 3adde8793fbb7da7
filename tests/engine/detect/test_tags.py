"""Text tags of other services are understood, and what looks like one is left alone."""

import pytest

from fixtures.detect_cases import Canvas
from sygn_cli.domain.field import FieldType, Source
from sygn_cli.engine.detect import detect_fields

S, N, D = FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE
T, C = FieldType.TEXT, FieldType.CHECKBOX


def tags_of(words, **options):
    canvas = Canvas()
    canvas.text(60, 200, words)
    found = detect_fields(canvas.bytes(), **options).detections
    return [field for field in found if field.source is Source.TAG]


@pytest.mark.parametrize(
    ("words", "kind", "role", "label", "required"),
    [
        ("{{Tenant signs;role=Tenant;type=signature}}", S, "Tenant", "Tenant signs", None),
        ("{{Born;type=date;required=false}}", D, "", "Born", False),
        ("{{type=checkbox}}", C, "", "", None),
        ("{{signature, r1}}", S, "Signer 1", "", None),
        ("{{text, r2, required=true, label=Company}}", T, "Signer 2", "Company", True),
        ("{{email, r2, label=Reply to}}", FieldType.EMAIL, "Signer 2", "Reply to", None),
        ("{{Rent;type=number;required=true}}", FieldType.NUMBER, "", "Rent", True),
        ("{{initials,r3}}", N, "Signer 3", "", None),
        ("{{sign|1|*|Sign here|field_1}}", S, "Signer 1", "Sign here", True),
        ("{{editdate|2|*|MM/dd/yyyy}}", D, "Signer 2", "MM/dd/yyyy", True),
        ("{{Sig_es_:signer1:signature}}", S, "Signer 1", "Sig", None),
        ("{{*city_es_:signer1}}", T, "Signer 1", "city", True),
        ("{{Int_es_:signer2:initials}}", N, "Signer 2", "Int", None),
        ("{{esl:Signer1:textfield:size(40,15),Maxlen(3)}}", T, "Signer 1", "", None),
        ("{{esl:Signer2:capture}}", S, "Signer 2", "", None),
        ("[sig|req|signer1|Signature|id]", S, "Signer 1", "Signature", True),
        ("[initial|noreq|signer2]", N, "Signer 2", "", False),
        ("{signature:signer1:Please+Sign+Here}", S, "Signer 1", "Please Sign Here", True),
        ("{text?:signer1:Middle+Name}", T, "Signer 1", "Middle Name", False),
        ("[s:buyer]", S, "buyer", "", None),
        ("[c:1]", C, "Signer 1", "", None),
        ("\\s1\\", S, "Signer 1", "", None),
        ("/sn2/", S, "Signer 2", "", None),
    ],
)
def test_the_tags_of_each_service_are_read(words, kind, role, label, required):
    (field,) = tags_of(f"Before {words} after")
    assert (field.type, field.party, field.label) == (kind, role, label)
    assert field.required == required


@pytest.mark.parametrize(
    "words",
    [
        "{{EMAIL}} {{number}}",
        "{{OWNER_NAME}}",
        "{{text}}",
        "[Employee.FirstName]",
        "[see note 1]",
        "{braces}",
        "[sig]",
        "{{unknown, r1}}",
        "[text-merge|req|sender|Title|id]",
        "C:\\s1",
    ],
)
def test_mail_merge_fields_and_plain_brackets_are_no_tags(words):
    assert tags_of(f"Dear {words}, hello") == []


def test_a_tag_that_is_broken_over_two_lines_is_read():
    canvas = Canvas()
    canvas.text(60, 200, "Please sign {{Signature;role=Buyer;")
    canvas.text(60, 214, "type=signature}} and send it back")
    (field,) = [f for f in detect_fields(canvas.bytes()).detections if f.source is Source.TAG]
    assert (field.type, field.party) == (S, "Buyer")


def test_a_tag_covers_its_own_words_and_not_its_neighbours():
    canvas = Canvas()
    start = canvas.text(60, 200, "Name: ")
    end = canvas.text(start, 200, "{{signature, r1}}")
    canvas.text(end, 200, " of the buyer")
    (field,) = [f for f in detect_fields(canvas.bytes()).detections if f.source is Source.TAG]
    assert abs(field.box.x - start) < 4
    assert abs(field.box.right - end) < 4


def test_every_occurrence_of_a_users_anchor_becomes_a_field():
    canvas = Canvas()
    canvas.text(60, 200, "#sign# and here #sign# again")
    found = detect_fields(canvas.bytes(), anchors={"#sign#": S}).detections
    assert [field.type for field in found if field.source is Source.TAG] == [S, S]
