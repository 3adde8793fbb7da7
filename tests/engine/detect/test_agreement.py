"""The sample agreement that demo and README show: whose each field is."""

from __future__ import annotations

from fixtures import build
from sygn_cli.engine.detect import detect_fields


def test_each_field_of_the_agreement_is_found_once_and_belongs_to_its_party():
    found = [(str(d.type), d.page, d.party) for d in detect_fields(build.nda()).detections]
    assert found == [
        ("initials", 1, "Recipient"),
        ("signature", 2, "Company"),
        ("signature", 2, "Recipient"),
        ("text", 2, "Company"),
        ("text", 2, "Recipient"),
        ("date", 2, "Company"),
        ("date", 2, "Recipient"),
    ]
