"""A verdict for programs stays in English; for people it is in their language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sygn_cli.domain.stated import stated
from sygn_cli.engine.revisions import Change
from sygn_cli.engine.verdict import SignatureFinding, Status, Verdict
from sygn_cli.languages import translator
from sygn_cli.services import verdict_view

VERDICT = Verdict(
    Status.TAMPERED,
    (stated("Two readers find different pages in the file."),),
    (),
    "0" * 64,
    changes=(Change(3, 1, stated("{what} was added", what=stated("a note"))),),
)


def test_people_read_each_sentence_in_their_language():
    told: Any = verdict_view.in_words(VERDICT, translator("nl"))
    assert told["headline"] == "het bestand is niet wat verzegeld werd"
    assert told["reasons"][0].startswith("Twee lezers vinden verschillende pagina")
    assert [one["text"] for one in told["changes"]] == [
        "Revisie 3, pagina 1: toegevoegd: een notitie."
    ]


def test_programs_read_what_they_always_did():
    told = verdict_view.to_json(VERDICT)
    assert told["changes"] == [
        {
            "revision": 3,
            "page": 1,
            "what": "a note was added",
            "text": "Revision 3, page 1: a note was added.",
        }
    ]
    assert told["headline"] == "the file is not what was sealed"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("", "unchanged since it was sealed by somebody unnamed"),
        ("de", "versiegelt von jemandem ohne Namen, seitdem unverändert"),
    ],
)
def test_who_has_no_name_is_named_so_in_a_sentence(locale, said):
    nameless = SignatureFinding(
        field="s", signer="", fingerprint="", claimed_at=None, timestamped_at=None,
        timestamp_trusted=False, intact=True, valid=True, trusted=True, covers_file=True,
        coverage="ENTIRE_FILE", modification="NONE", docmdp=1,
    )  # fmt: skip
    verdict = replace(VERDICT, status=Status.VALID, signatures=(nameless,))
    told: Any = verdict_view.in_words(verdict, translator(locale))
    assert told["headline"] == said
    assert told["signatures"][0]["signer"] == ""
