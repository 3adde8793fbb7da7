"""The words that give a field away, in the languages sygn knows; :mod:`lexicon` looks them up.

Languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Danish, Norwegian,
Swedish, Finnish, Turkish; a few words of Russian, Czech, Hungarian, Chinese and Japanese. Each is a
regular expression over folded text; the lists go from language to language.
"""

from __future__ import annotations

import re
from typing import Final

SIGNATURE: Final = (
    # English
    r"(?:e-?)?signatures?(?!\s+(?:card|pad|page|authori[sz]ation|block|law))",
    r"sign(?:ed)?\s+here",
    r"please\s+sign",
    r"sign(?:ed)?\s+by(?!\s+(?:the|both|all)\b)",
    r"(?:^|[\s(])signed\s*[:;(]",
    r"^signed$",
    r"^sign$",
    r"autograph",
    r"/s/",
    # German
    r"\w*unterschrift(?:en)?",
    r"unterzeichner(?:in)?",
    r"unterzeichnet\s+von",
    r"namenszug",
    r"gez\.",
    # French
    r"sign\u00e9\s+par",
    r"lu\s+et\s+approuv\u00e9",
    r"bon\s+pour\s+accord",
    r"cachet",
    r"visa\s+d[eu]",
    # Spanish, Italian, Portuguese
    r"firmado(?:\s+por)?",
    r"fdo\.?",
    r"firmas?\b(?!\s+electr)",
    r"assinatura(?:s)?",
    r"assinado\s+por",
    r"firmato",
    r"sottoscritt[oa]re",
    # Dutch, Polish, Nordic, Turkish, others
    r"hand-?tekening(?:en)?",
    r"ondertekening",
    r"podpis(?:y)?",
    r"underskrift(?:er)?",
    r"unterskrift",
    r"undertegnet",
    r"namnteckning",
    r"namnf\u00f6rtydligande\s+och\s+underskrift",
    r"allekirjoitus",
    r"allekirjoittaja",
    r"imza(?:s\u0131)?",
    r"\u043f\u043e\u0434\u043f\u0438\u0441\u044c",
    r"al\u00e1\u00edr\u00e1s",
    r"\u7f72\u540d",
    r"\u7b7e\u540d",
    r"\u7b7e\u5b57",
    r"\u7c3d\u540d",
    r"\uc11c\uba85",
)
INITIALS: Final = (
    r"initials?(?!\s+(?:list|term|period|deposit|payment|date|contribution|consultation|value|fee|"
    r"investment|capital|order|report|meeting|amount|salary|public|training|assessment|condition))",
    r"k\u00fcrzel",
    r"namensk\u00fcrzel",
    r"handzeichen",
    r"paraphes?",
    r"paraf(?:e|en|ka|ki|y|y)?",
    r"paraaf",
    r"iniciales",
    r"iniciais",
    r"r\u00fabricas?",
    r"iniziali",
    r"sigla",
    r"initialen",
    r"initialer",
    r"parafa",
)
DATE: Final = (
    r"dates?(?:d|\(s\))?",
    r"\bday\s+of",
    r"d\.?o\.?b\.?",
    r"birth\s?-?day",
    r"mm\s?[/.-]\s?dd(?:\s?[/.-]\s?yy(?:yy)?)?",
    r"dd\s?[/.-]\s?mm(?:\s?[/.-]\s?(?:yy(?:yy)?|jj(?:jj)?|aa(?:aa)?))?",
    r"yyyy\s?-\s?mm\s?-\s?dd",
    r"tt\s?\.?\s?mm\s?\.?\s?jj(?:jj)?",
    r"jj\s?/\s?mm\s?/\s?aaaa",
    r"month\s*/?\s*day\s*/?\s*year",
    r"on\s+or\s+about",
    r"executed\s+on",
    r"effective\s+as\s+of",
    r"commencing(?:\s+on)?$",
    r"beginning\s+on$",
    r"as\s+of$",
    r"\u00e0\s+compter\s+du$",
    r"\u00e0\s+partir\s+du$",
    r"jusqu'au$",
    r"(?:beginn\w*|ab|bis)\s+(?:am|zum|dem)$",
    r"(?:a|con)\s+partir\s+del?$",
    r"a\s+contar\s+del?$",
    r"expir(?:es|ation|y)",
    r"\bon$",
    r"(?:19|20)$",
    # German
    r"\w*datum",
    r"geb(?:oren)?\.?\s+am",
    r"geburtstag",
    r"den$",
    r"\bam\s*:?$",
    # French
    r"date\s+de\s+naissance",
    r"fait\s+\u00e0.*\ble",
    r"fait\s+le",
    r"le\s*:?$",
    r"n\u00e9(?:\(?e\)?)?\s+le",
    # Spanish, Portuguese, Italian
    r"fechas?",
    r"fecha\s+de\s+nacimiento",
    r"data(?:\s+(?:di|de|da)\s+(?:nascita|nascimento|assinatura|firma))?\s*(?=[:(,/]|$|e\s)",
    r"nato/?a?\s+il",
    r"d\u00eda",
    r"giorno",
    # Dutch, Polish, Nordic, Turkish, others
    r"geboortedatum",
    r"dnia",
    r"w\s+dniu",
    r"data\s+urodzenia",
    r"dato",
    r"f\u00f8dselsdato",
    r"f\u00f6delsedatum",
    r"p\u00e4iv\u00e4m\u00e4\u00e4r\u00e4",
    r"p\u00e4iv\u00e4ys",
    r"p\u00e4iv\u00e4",
    r"(?:do\u011fum\s+)?tarih(?:i)?",
    r"\u0434\u0430\u0442\u0430",
    r"d\u00e1tum",
    r"\u65e5\u671f",
    r"\u65e5\u4ed8",
    r"\ub0a0\uc9dc",
)
TEXT: Final = (
    r"(?:first|last|full|middle|printed?|typed?|sur|family|given|maiden|nick|file|user|account)?\s*"
    r"names?(?!\s*&)",
    r"print(?:ed)?",
    r"please\s+print",
    r"title",
    r"capacity",
    r"position",
    r"occupation",
    r"company",
    r"corporation",
    r"organi[sz]ation",
    r"employer",
    r"e-?mail(?:\s+address)?",
    r"(?:tele)?phone(?:\s+n(?:o|umber))?\.?",
    r"tel\.?",
    r"fax",
    r"mobile",
    r"address(?:es)?",
    r"street",
    r"city",
    r"town",
    r"state",
    r"county",
    r"country",
    r"zip(?:\s?code)?",
    r"post\s?code",
    r"iban",
    r"bic",
    r"ssn",
    r"number",
    r"amount",
    r"age",
    r"time",
    r"place",
    r"relationship",
    r"signer'?s?\s+name",
    # German
    r"(?:vor|nach|zu|familien|haus|geburts|firmen)?-?name",
    r"anschrift",
    r"stra(?:\u00df|ss)e",
    r"(?:wohn)?ort",
    r"plz",
    r"telefon(?:nummer)?",
    r"nummer",
    r"betrag",
    r"funktion",
    r"firma",
    r"kontoinhaber",
    r"kreditinstitut",
    # French
    r"(?:pr\u00e9)?noms?",
    r"adresse",
    r"t\u00e9l(?:\u00e9phone)?\.?",
    r"qualit\u00e9",
    r"fonction",
    r"raison\s+sociale",
    r"courriel",
    r"ville",
    r"code\s+postal",
    # Spanish, Italian, Portuguese
    r"nombres?",
    r"apellidos?",
    r"direcci\u00f3n",
    r"domicilio",
    r"cargo",
    r"d\.?n\.?i\.?",
    r"nome",
    r"cognome",
    r"indirizzo",
    r"endere\u00e7o",
    r"cpf",
    r"codice\s+fiscale",
    r"luogo",
    r"lugar",
    r"local",
    # Dutch, Polish, Nordic, Turkish
    r"naam",
    r"adres",
    r"plaats",
    r"functie",
    r"imi\u0119(?:\s+i\s+nazwisko)?",
    r"nazwisko",
    r"miejscowo\u015b\u0107",
    r"pesel",
    r"navn",
    r"namn",
    r"nimi",
    r"osoite",
    r"adress(?:e)?",
    r"ad(?:\u0131)?\s+soyad(?:\u0131)?",
    r"unvan",
)

# A text that is only the name of a part that people sign in.
ROLES: Final = re.compile(
    r"^(?:[\w.'-]+\s+){0,3}?(?:notary(?:\s+public)?|witness(?:es)?|"
    r"(?:disclosing|receiving|first|second|other)\s+party|party|stagiaire|landlord|tenant|lessor|lessee|seller|buyer|purchaser|employer|employee|contractor|client|"
    r"customer|guarantor|borrower|lender|trustee|director|president|secretary|chair(?:man|person)?|"
    r"prestataire|client(?:e)?|mandataire|adh\u00e9rent|apprenti|"
    r"solicitante|interesado|deelnemer|lid|deltager|najemca|wynajmuj\u0105cy|"
    r"participant|member|renter|applicant|owner|volunteer|student|patient|agent|manager|officer|"
    r"taxpayer|spouse|attorney|representative|parent\s+of\s+\w+|legal\s+representative|"
    r"mitglied|antragsteller(?:in)?|erziehungsberechtigter?|gesetzlicher?\s+vertreter(?:in)?|"
    r"authori[sz]ed\s+(?:officer|representative|signatory)|parent(?:/guardian)?|guardian|"
    r"vermieter|mieter|verk\u00e4ufer|k\u00e4ufer|arbeitgeber|arbeitnehmer|auftraggeber|"
    r"auftragnehmer|vorstand|zeuge|notar|"
    r"bailleur|locataire|vendeur|acheteur|employeur|salari\u00e9|t\u00e9moin|pr\u00e9sident|"
    r"arrendador|arrendatario|vendedor|comprador|empleador|trabajador|testigo|"
    r"locatore|conduttore|venditore|acquirente|testimone|"
    r"locador|locat\u00e1rio|testemunha|verhuurder|huurder|verkoper|koper|getuige|"
    r"wynajmuj\u0105cy|najemca|sprzedawca|kupuj\u0105cy|\u015bwiadek|utleier|leietaker|hyresv\u00e4rd|hyresg\u00e4st|udlejer|"
    r"lejer|kirac\u0131|kiraya\s+veren)s?(?:\s+\d)?[\s:.]*(?:\([^)]*\))?$"
)

# The small words that tell a language.
STOP_WORDS: Final = {
    "en": "the of and to in for is or by this that with be as you your any shall",
    "de": "der die das und ist nicht ein eine von mit zu den im des auf wird ich sich bei",
    "fr": "le la les des et est une du que pour dans par sur au qui ou avec ce",
    "es": "el la los las de que y en un una por con para del se al su",
    "it": "il la di che e un una per del della con non si dei nel alla sono",
    "pt": "o a os as de que e do da em um uma para com n\u00e3o por no na ao",
    "nl": "de het een van en in is dat op te voor met zijn niet aan door",
    "pl": "i w na z do nie si\u0119 jest o od przez dla oraz po",
    "da": "og i at det en den til er som p\u00e5 de med af for ikke",
    "no": "og i \u00e5 det en den til er som p\u00e5 de med av for ikke",
    "sv": "och i att det en den till \u00e4r som p\u00e5 de med av f\u00f6r inte",
    "fi": "ja on ei se ett\u00e4 kun tai my\u00f6s ovat h\u00e4n",
    "tr": "ve bir bu i\u00e7in ile de da olarak olan",
}

PLACES: Final = re.compile(
    r"^(?:ort|place|city|town|lieu|ville|lugar|ciudad|luogo|local|plaats|sted|miejscowo\u015b\u0107|"
    r"paikka|yer|misto)$"
)
