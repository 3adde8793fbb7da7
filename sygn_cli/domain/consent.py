"""The words a signer accepts before signing; their hash goes into the audit trail.

They are kept here and not with the other translations, because what was accepted must be found
again by its hash: a wording that changes is another consent.
"""

from __future__ import annotations

from typing import Final

from sygn_cli.domain import language
from sygn_cli.domain.audit import sha256

LOCALE: Final = language.SOURCE
CONSENT: Final = (
    "I agree to sign this document electronically. My electronic signature is meant to have the "
    "same effect as one by hand, as far as the law allows. I have been able to read the whole "
    "document. A record of my signing, with the time, my IP address and my browser, is kept and "
    "given to everybody who takes part. I may decline instead, or ask the sender for a paper copy."
)
WORDINGS: Final = {
    "en": CONSENT,
    "de": (
        "Ich bin damit einverstanden, dieses Dokument elektronisch zu unterschreiben. Meine "
        "elektronische Unterschrift soll, soweit das Gesetz es zulässt, dieselbe Wirkung haben wie "
        "eine eigenhändige. Ich konnte das ganze Dokument lesen. Ein Protokoll meiner "
        "Unterschrift mit Zeitpunkt, meiner IP-Adresse und meinem Browser wird aufbewahrt und "
        "allen Beteiligten übergeben. Ich kann stattdessen ablehnen oder den Absender um eine "
        "Papierfassung bitten."
    ),
    "fr": (
        "J’accepte de signer ce document par voie électronique. Ma signature électronique est "
        "destinée à produire le même effet qu’une signature manuscrite, dans la mesure où la loi "
        "le permet. J’ai pu lire l’intégralité du document. Une trace de ma signature, avec "
        "l’heure, mon adresse IP et mon navigateur, est conservée et remise à toutes les personnes "
        "participantes. Je peux aussi refuser, ou demander un exemplaire papier à l’expéditeur."
    ),
    "es": (
        "Acepto firmar este documento electrónicamente. Mi firma electrónica pretende tener el "
        "mismo efecto que una firma manuscrita, en la medida en que la ley lo permita. He podido "
        "leer el documento completo. Se conserva un registro de mi firma, con la hora, mi "
        "dirección IP y mi navegador, y se entrega a todas las personas que intervienen. También "
        "puedo rechazar la firma o pedir al remitente una copia en papel."
    ),
    "it": (
        "Accetto di firmare questo documento elettronicamente. La mia firma elettronica intende "
        "avere lo stesso effetto di una firma autografa, nei limiti consentiti dalla legge. Ho "
        "potuto leggere l’intero documento. Una registrazione della mia firma, con l’ora, il mio "
        "indirizzo IP e il mio browser, viene conservata e consegnata a tutte le persone che "
        "partecipano. In alternativa posso rifiutare o chiedere al mittente una copia cartacea."
    ),
    "pt": (
        "Concordo em assinar este documento eletronicamente. Minha assinatura eletrônica pretende "
        "ter o mesmo efeito que uma assinatura de próprio punho, na medida em que a lei permita. "
        "Pude ler o documento inteiro. Um registro da minha assinatura, com a hora, meu endereço "
        "IP e meu navegador, é guardado e entregue a todas as pessoas que participam. Em vez "
        "disso, posso recusar ou pedir uma cópia em papel ao remetente."
    ),
    "nl": (
        "Ik ga ermee akkoord dit document elektronisch te ondertekenen. Mijn elektronische "
        "handtekening is bedoeld om dezelfde werking te hebben als een handgeschreven "
        "handtekening, voor zover de wet dat toestaat. Ik heb het hele document kunnen lezen. Een "
        "vastlegging van mijn ondertekening, met het tijdstip, mijn IP-adres en mijn browser, "
        "wordt bewaard en aan alle betrokkenen verstrekt. Ik mag ook weigeren, of de afzender om "
        "een papieren exemplaar vragen."
    ),
    "pl": (
        "Zgadzam się podpisać ten dokument elektronicznie. Mój podpis elektroniczny ma mieć taki "
        "sam skutek jak podpis własnoręczny, w zakresie, w jakim pozwala na to prawo. Zapewniono mi "
        "możliwość przeczytania całego dokumentu. Zapis mojego podpisania, zawierający czas, mój "
        "adres IP i moją przeglądarkę, jest przechowywany i przekazywany wszystkim uczestnikom. "
        "Zamiast tego mogę odmówić podpisania lub poprosić nadawcę o kopię papierową."
    ),
}
_BY_FINGERPRINT: Final = {sha256(words.encode()): one for one, words in WORDINGS.items()}


def wording(locale: str) -> str:
    """Return the words in the language of a locale; in English, where there are none."""
    return WORDINGS[language_for(locale)]


def language_for(locale: str) -> str:
    """Return the language in which somebody of a locale is asked."""
    wanted = language.language_of(locale)
    return wanted if wanted in WORDINGS else LOCALE


def language_of(sha256_of_words: str) -> str:
    """Return the language of the present wording that has this hash, "" where none has."""
    return _BY_FINGERPRINT.get(sha256_of_words, "")


def fingerprint(wording: str) -> str:
    """Return the SHA-256 of the words in UTF-8, as the trail and the certificate carry it."""
    return sha256(wording.encode())
