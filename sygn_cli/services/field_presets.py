"""What a detected field holds before its signer starts, judged by the words printed for it.

A bare "Date" beside a signature is the day of signing, which sygn fills in itself. A date of birth
or of delivery is the signer's to know. A blank for a part of a date ("___ day of ____, 20__")
takes a few letters and no date. A bare "Name" in a signer's own block is the signer's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.field import Detection

_DATE: Final = r"dated?|datum|fecha|data|dato|dag|tarih|p\u00e4iv\u00e4m\u00e4\u00e4r\u00e4|fait|le|den|am|el|il"
_PLACE: Final = (
    r"ort|place|city|lieu|lugar|luogo|local|localidade|plaats|miejsce|miejscowo\u015b\u0107|sted|"
    r"paikka|yer"
)
_JOIN: Final = r"[\s,/&]*(?:und|and|et|y|e|en|i|og|och|ve|ja)?[\s,/]*"
_SIGNING_DATE: Final = re.compile(
    rf"(?:the\s+)?(?:(?:{_PLACE}){_JOIN})?(?:{_DATE})(?:{_JOIN}(?:{_DATE}|{_PLACE}))?"
)
_SIGNING: Final = re.compile(
    r"sign|execut|consent|unterschr|unterzeich|firma|assinat|handteken|podpis|underskr|imza"
)
_OTHER_DAY: Final = re.compile(
    r"birth|born|\bdob\b|geb|naiss|nacim|nascit|nascim|urodz|f\u00f8d|f\u00f6d"
)
_PART: Final = re.compile(
    r".*\bon th(?:is|e)|(?:.*\b)?day of|day|month|year|19|20|"
    r"(?:(?:dd?|mm?|yy(?:yy)?|tt|jj(?:jj)?)\W*)+"
)
_NAME: Final = re.compile(
    r"(?:print(?:ed)?|full|legal|your|typed?)?\s*names?(?:\s*\(?(?:please )?print(?:ed)?\)?)?|"
    r"(?:vor- und )?(?:zu|nach)?name|name in (?:druck|block)\w+|vollst\u00e4ndiger name|"
    r"nom(?: et pr\u00e9nom| complet)?|nombre(?: completo| y apellidos)?|nome(?: completo| e cognome)?|"
    r"naam|imi\u0119 i nazwisko|navn|namn|nimi|ad soyad"
)
_TRIMMED: Final = " \t.:*_-()[]\u25b6"


@dataclass(frozen=True, slots=True)
class Preset:
    """How a field starts.

    Attributes:
        required: None leaves it to the type.
    """

    type: FieldType
    editable: bool = False
    required: bool | None = None
    value: str = ""


def preset(detection: Detection, *, name: str, owns_signature: bool) -> Preset:
    """Return how a detected field starts for its signer.

    Args:
        detection: What was found.
        name: The signer's name.
        owns_signature: Whether the field stands in a block in which this signer signs.
    """
    words = " ".join(detection.label.casefold().strip(_TRIMMED).split())
    if detection.type is FieldType.DATE:
        return _date(words)
    if detection.type is FieldType.TEXT and owns_signature and _NAME.fullmatch(words):
        fits = detection.max_length is None or len(name) <= detection.max_length
        return Preset(FieldType.TEXT, value=name if fits else "")
    return Preset(detection.type)


def _date(words: str) -> Preset:
    if _PART.fullmatch(words):
        return Preset(FieldType.TEXT, required=False)
    is_other = bool(_OTHER_DAY.search(words))
    if not is_other and (_SIGNING_DATE.fullmatch(words) or _SIGNING.search(words)):
        return Preset(FieldType.DATE)
    return Preset(FieldType.DATE, editable=bool(words), required=None if not words else False)


def signing_parties(detections: Sequence[Detection]) -> frozenset[str]:
    """Return the parties in whose block there is a signature."""
    return frozenset(d.party for d in detections if d.type is FieldType.SIGNATURE)
