"""Questions that signers ask the sender before they sign.

The trail travels in the sealed file to everybody who holds it. What a signer asks is for the sender
alone, so that the trail has only its hash, over the words and a salt that keeps short ones from
being guessed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import lifecycle, text
from sygn_cli.domain.audit import Entry, EventType, canonical, sha256
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.evidence import Evidence, signer_actor

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer

LONGEST_QUESTION: Final = 2000
SALT_BYTES: Final = 16
# Each sends a mail to the sender.
MOST_QUESTIONS: Final = 20
_AT_ONCE: Final = 3
_A_WHILE: Final = timedelta(minutes=10)


def ask(
    document: Document,
    signer: Signer,
    question: str,
    *,
    salt: bytes,
    now: datetime,
    evidence: Evidence,
) -> Entry | None:
    """Record a question to the sender; None if it is the one that was asked a moment ago.

    Raises:
        StateConflict: It is not the signer's turn.
        InvalidRequest: There is no question, or there were too many.
    """
    lifecycle.require_turn(document, signer, now=now)
    words = text.require(question, what="The question", longest=LONGEST_QUESTION, multiline=True)
    mine = [one for one in document.questions if one.signer == signer.id]
    lately = [one for one in mine if now - one.at < _A_WHILE]
    if lately and lately[-1].text == words:
        return None
    if len(mine) >= MOST_QUESTIONS or len(lately) >= _AT_ONCE:
        raise InvalidRequest("You have asked several questions. Please wait for an answer.")
    content = canonical({"question": words, "salt": salt.hex()})
    return Entry(
        EventType.ASKED,
        signer_actor(signer.id),
        {"signer": signer.id, "question_sha256": sha256(content), **evidence.to_json()},
        attachments=(content,),
    )
