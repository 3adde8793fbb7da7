"""What a field holds before its signer starts."""

from __future__ import annotations

import pytest

from sygn_cli.domain.field import Detection, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.services.field_presets import Preset, preset
from tests.runtimes import a_document


def start(kind: FieldType, label: str, *, signs: bool = True, **more) -> Preset:
    found = Detection("f1", kind, 1, Box(0, 0, 100, 14), 0.9, label=label, **more)
    return preset(found, name="Ada Lovelace", owns_signature=signs)


@pytest.mark.parametrize(
    "label",
    [
        "", "Date", "DATE:", "Dated", "Date ▶", "Datum", "Ort, Datum", "Ort und Datum", "Fecha", "Lugar y fecha",
        "Lieu et date", "Fait le", "Place and date", "Date signed", "Executed on (date mm/dd/yyyy)", "Luogo, data",
        "signature date", "Datum der Unterschrift",
    ],
)  # fmt: skip
def test_the_day_of_signing_is_filled_in_by_sygn(label):
    assert start(FieldType.DATE, label) == Preset(FieldType.DATE)


@pytest.mark.parametrize(
    "label",
    ["Date of birth", "DOB", "Geburtsdatum", "geb. am", "Date of delivery", "Rental Date", "On or before"],
)  # fmt: skip
def test_another_day_is_the_signers_to_know(label):
    assert start(FieldType.DATE, label) == Preset(FieldType.DATE, editable=True, required=False)


@pytest.mark.parametrize(
    "label",
    ["day of", "20", "MM", "DD", "YYYY", "TT.MM.JJJJ", "MM / DD /", "I have signed on this"],
)
def test_a_part_of_a_date_takes_a_few_letters(label):
    assert start(FieldType.DATE, label) == Preset(FieldType.TEXT, required=False)


@pytest.mark.parametrize(
    "label",
    [
        "Name",
        "Print name",
        "Printed Name:",
        "Full name",
        "Nom et prénom",
        "Nombre",
        "Naam",
        "Nachname",
    ],
)
def test_a_name_in_the_signers_own_block_is_there_already(label):
    assert start(FieldType.TEXT, label).value == "Ada Lovelace"


@pytest.mark.parametrize(
    "label", ["Company name", "Father's name", "Bank name", "City", "User name"]
)
def test_another_name_is_not(label):
    assert start(FieldType.TEXT, label).value == ""


def test_a_name_outside_a_block_that_signs_is_not_the_signers():
    assert start(FieldType.TEXT, "Name", signs=False).value == ""


def test_a_name_that_is_too_long_for_its_cells_is_left_to_the_signer():
    assert start(FieldType.TEXT, "Name", max_length=5).value == ""


def test_each_signer_finds_their_own_name(runtime):
    document = a_document(runtime)
    for signer in document.signers:
        names = [f.value for f in document.fields_of(signer.id) if f.label == "Name"]
        assert names == [signer.name]
