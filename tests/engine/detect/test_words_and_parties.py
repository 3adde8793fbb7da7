"""The words of twelve languages, and the parties that labels name."""

import pytest

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon, parties

S, N, D, T = FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE, FieldType.TEXT


def kind(label, language="en"):
    found = lexicon.hits(label, language)
    return lexicon.main_hit(found, lexicon.fold(label), last=False).type if found else None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Signature of Parent", S),
        ("By:", S),
        ("X", S),
        ("Please sign here", S),
        ("Unterschrift des Mieters", S),
        ("Signature du locataire", S),
        ("Lu et approuvé", S),
        ("Assinatura", S),
        ("Handtekening", S),
        ("Podpis", S),
        ("Underskrift", S),
        ("Allekirjoitus", S),
        ("İMZA", S),
        ("Подпись", S),
        ("署名", S),
        ("Initials", N),
        ("Middle initial", None),
        ("Initial term", None),
        ("Paraphe", N),
        ("Date of birth", D),
        ("Geburtsdatum", D),
        ("Ort, Datum", D),
        ("Lieu et date", D),
        ("Fecha de nacimiento", D),
        ("Päivämäärä", D),
        ("mm/dd/yyyy", D),
        ("Print name", T),
        ("Printed name and signature", S),
        ("E-Mail", T),
        ("Designation", None),
    ],
)
def test_class_words(label, expected):
    assert kind(label) is expected


@pytest.mark.parametrize(("language", "expected"), [("de", T), ("es", S), ("it", S), ("pl", T)])
def test_firma_is_a_company_in_some_languages_and_a_signature_in_others(language, expected):
    assert kind("Firma", language) is expected


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("the parties of this agreement and the terms to which they agree", "en"),
        ("der Verein und die Mitglieder sind mit der Satzung nicht von Beginn an", "de"),
        ("le locataire et le bailleur sont tenus par les termes du contrat dans la ville", "fr"),
        ("el arrendatario y el arrendador de la vivienda que se describe en las partes", "es"),
    ],
)
def test_the_language_of_a_text_is_told_by_its_small_words(words, language):
    assert lexicon.language_of(words.split()) == language


@pytest.mark.parametrize(
    ("label", "party"),
    [
        ("Signature of Tenant", "Tenant"),
        ("Unterschrift Vermieter", "Vermieter"),
        ("Signature du représentant légal", "Représentant Légal"),
        ("Firma del arrendatario", "Arrendatario"),
        ("Parent/Guardian Signature:", "Parent/Guardian"),
        ("PARTICIPANT", "Participant"),
        ("ERO's signature", "ERO"),
        ("Please sign here", ""),
        ("Signature", ""),
        ("Your signature", ""),
        ("Datum, Unterschrift", ""),
    ],
)
def test_a_signature_label_names_its_party(label, party):
    assert parties.named_in(label) == party


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("COMPANY:", "Company"),
        ("Pour le Client", "Client"),
        ("For and on behalf of the Seller:", "Seller"),
        ("Namens de vereniging,", "Vereniging"),
        ("Tenant", "Tenant"),
        ("IN WITNESS WHEREOF:", ""),
        ("The parties agree that this is so and nothing else", ""),
    ],
)
def test_a_heading_names_the_party_of_its_block(text, party):
    assert parties.heading(text) == party


def test_notaries_and_offices_are_nobody():
    assert parties.is_nobody("Signature of Notary Public")
    assert parties.heads_office_block("FOR OFFICE USE ONLY")
    assert parties.heads_office_block("Cadre réservé à l'administration")
    assert not parties.is_nobody("Signature of Tenant")
