"""What a party is called: the words that are left of a label, or the heading of a block."""

from __future__ import annotations

import re
from typing import Final

from sygn_cli.engine.detect import lexicon

LONGEST_PARTY: Final = 60
_MOST_WORDS: Final = 5

_WORD: Final = re.compile(r"[^\s,;:.()\[\]*\d/][^\s,;:()\[\]*/]*(?:\s+\d{1,2}(?!\d))?|/")
# What surrounds a party's name in a label and does not belong to it.
_FILLERS: Final = re.compile(
    r"(?<![^\W_])(?:[ldi]['\u2019](?=\w)|please|here|sign(?:ed|ing)?|signatures?|initials?|authori[sz]ed|pen|ink|printed|print|type|"
    r"typed|name|date|title|handwritten|electronic|full|legal|original|required|optional|"
    r"if|and|or|of|un|una|uno|une|i|the|by|for|on|behalf|above|below|under|in|on|to|a|an|your|his|her|my|x|"
    r"unterschrift(?:en)?|unterzeichner|datum|ort|der|die|das|des|dem|den|vom|von|und|oder|f\u00fcr|bei|"
    r"stamp|seal|sello|timbro|carimbo|stempel|pieczątka|"
    r"mit|durch|eigenh\u00e4ndige|rechtsverbindliche|stempel|"
    r"le|la|les|du|de|d|l|et|ou|pour|par|sign\u00e9|cachet|visa|nom|qualit\u00e9|lu|approuv\u00e9|"
    r"firmas?|firmado|fdo|el|los|las|del|y|o|por|fecha|lugar|nombre|"
    r"il|lo|gli|di|della|dello|dei|e|per|luogo|data|timbro|"
    r"assinatura|do|da|dos|das|"
    r"handtekening|ondertekening|van|het|een|en|voor|namens|"
    r"podpis|pod|underskrift|allekirjoitus|imza(?:s\u0131)?)(?![^\W_])"
)
_POSSESSIVE: Final = re.compile(r"['\u2019]s?(?![^\W_])")
_MERGED: Final = re.compile(r"[\[{<\u00ab]+\s*([A-Za-z][A-Za-z ]{2,30})[._ ][\w. ]+[\]}>\u00bb]")
_BODIES: Final = re.compile(
    r"^(?:the\s+|l['\u2019]|la\s+|le\s+|die\s+|das\s+|het\s+|de\s+)?(?:company|corporation|organi[sz]ation|association|firm|firma|gesellschaft|verein|"
    r"soci\u00e9t\u00e9|entreprise|empresa|compa\u00f1\u00eda|societ\u00e0|azienda|bedrijf|sp\u00f3\u0142ka|bolag|selskab|\u015firket)"
    r"(?:\s+[\da-z])?\s*:?$"
)
_BEHALF: Final = re.compile(
    r"^(?:(?:for\s+and\s+)?on\s+behalf\s+of|for|pour|f\u00fcr|im\s+namen|por|per|para|namens|voor|w\s+imieniu|za|for|f\u00f6r)\s+"
    r"(?:the|le|la|les|l'|den|die|das|der|des|el|los|las|lo|il|o|a|de|het)?\s*"
)
_PHRASE: Final = re.compile(
    r"^(?:in\s+witness|witness\s+whereof|submitted|accepted|agreed|executed|signed|acknowledged|"
    r"note|attachments?|signatures?|unterschriften|firmas|between|and)\b"
)
_NOBODY: Final = re.compile(
    r"(?<![^\W_])(?:notary|notarial|judge|justice|magistrate|clerk|registrar|commissioner|"
    r"subscribed\s+and\s+sworn|sworn\s+to|court\s+use|office(?:ial)?\s+use|official\s+use|"
    r"internal\s+use|do\s+not\s+write\s+(?:below|in)|staff\s+only|"
    r"notar(?:in|iell)?|richter(?:in)?|nur\s+vom\s+amt|amtlich|bearbeitungsvermerk\w*|"
    r"r\u00e9serv\u00e9\s+\u00e0|cadre\s+r\u00e9serv\u00e9|greffier|juge|"
    r"uso\s+oficial|uso\s+interno|espacio\s+reservado|notario|juez|"
    r"riservato\s+all|notaio|giudice|uso\s+exclusivo|tabeli\u00e3o|juiz|"
    r"notaris|rechter|notariusz|s\u0119dzia|noter)(?![^\W_])"
)
_OFFICE: Final = re.compile(
    r"(?<![^\W_])(?:(?:office|official|court|internal|agency|department)\s+use(?:\s+only)?|"
    r"do\s+not\s+write\s+(?:below|in\s+this)|"
    r"nur\s+vom\s+amt|wird\s+(?:vom|von\s+der)\s+\w+\s+ausgef\u00fcllt|"
    r"(?:cadre\s+)?r\u00e9serv\u00e9\s+(?:\u00e0|au)|"
    r"(?:para\s+)?uso\s+(?:oficial|interno)|espacio\s+reservado|riservato\s+all|uso\s+exclusivo|"
    r"niet\s+invullen|wype\u0142nia\s+urz\u0105d)(?![^\W_])"
)


def named_in(label: str) -> str:
    """Return the party that a signature label names, "" where it names none.

    ``Signature of Tenant`` and ``Unterschrift Vermieter`` name one, ``Please sign here`` does not.
    """
    text = re.sub(r"(?<=\w)\s*\([^()]{4,}\)", "", label.strip())
    folded = lexicon.fold(text)
    if len(folded) != len(text):
        text = folded
    kept = _FILLERS.sub(_blanked, _POSSESSIVE.sub(_blanked, folded))
    words = [text[m.start() : m.end()] for m in _WORD.finditer(kept) if _counts(m.group())]
    while words and words[0] == "/":
        words.pop(0)
    while words and words[-1] == "/":
        words.pop()
    if not words or len(words) > _MOST_WORDS:
        return ""
    return _titled(" ".join(words).replace(" / ", "/"))[:LONGEST_PARTY]


def _blanked(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _counts(word: str) -> bool:
    # Some fonts do not say which letters their glyphs are; such a word is no name.
    return word == "/" or (len(word) > 1 and all(c.isalnum() or c in " -'." for c in word))


def merged_in(text: str) -> str:
    """Return the party of a mail-merge field such as ``[Contractor.FirstName]``."""
    match = _MERGED.search(text)
    return _titled(match[1].strip()) if match else ""


def heading(text: str, *, column: bool = False) -> str:
    """Return the party that a heading over a block names, "" where it is no such heading.

    Args:
        column: It stands in bold over one of several columns, where any name may stand.
    """
    stripped = text.strip().strip("[]")
    folded = lexicon.fold(stripped)
    behalf = _BEHALF.match(folded)
    if behalf and len(stripped.split()) <= _MOST_WORDS + 3 and len(folded) == len(stripped):
        return named_in(stripped[behalf.end() :].rstrip(" ,:"))
    words = len(stripped.split())
    if column and words <= _MOST_WORDS and not _PHRASE.match(folded):
        return _titled(stripped.strip(" :.,"))[:LONGEST_PARTY]
    if _BODIES.match(lexicon.fold(stripped)):
        return _titled(lexicon.fold(stripped).strip(" :.()"))
    if len(stripped.split()) > _MOST_WORDS or lexicon.hits(stripped):
        return named_in(stripped) if lexicon.is_role(stripped) else ""
    if _PHRASE.match(lexicon.fold(stripped)):
        return ""
    if lexicon.is_role(stripped):
        return _titled(lexicon.fold(stripped).strip(" :.()"))
    letters = [c for c in stripped if c.isalpha()]
    loud = len(letters) > 2 and all(c.isupper() for c in letters)
    if stripped.endswith(":") and (loud or len(stripped.split()) <= 3):
        return _titled(lexicon.fold(stripped).strip(" :."))
    return ""


def is_nobody(text: str) -> bool:
    """Tell whether a label belongs to a notary, a court or an office."""
    return bool(_NOBODY.search(lexicon.fold(text)))


def heads_office_block(text: str) -> bool:
    """Tell whether what follows is for an office to fill."""
    return len(text.split()) <= 12 and bool(_OFFICE.search(lexicon.fold(text)))


def _titled(name: str) -> str:
    """Write every part with a capital first; short all-capitals words are abbreviations."""
    parts = re.split(r"([ /-])", name)
    return "".join(
        part if part.isupper() and len(part) <= 3 else part[:1].upper() + part[1:].lower()
        for part in parts
    )
