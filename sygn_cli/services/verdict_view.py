"""A verdict for people and for programs: the same words on the command line and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from sygn_cli.domain import moment
from sygn_cli.domain.stated import stated
from sygn_cli.engine.verdict import Status
from sygn_cli.services import trail_words

if TYPE_CHECKING:
    from sygn_cli.engine.verdict import SignatureFinding, Verdict
    from sygn_cli.languages import Catalogue


def headline(verdict: Verdict) -> str:
    """Return the verdict in one sentence, without a full stop."""
    match verdict.status:
        case Status.VALID:
            sealer = _sealer(verdict)
            who = repr(sealer.signer) if sealer.signer else sealer.who
            return stated("unchanged since it was sealed by {signer}", signer=who)
        case Status.TAMPERED:
            return stated("the file is not what was sealed")
        case Status.UNTRUSTED:
            return stated("sealed by somebody who is not trusted")
        case Status.UNSIGNED:
            return stated("the file carries no signature")
        case Status.UNMET:  # on the command line only
            return "valid, but not what was demanded"
        case _:  # pragma: no cover
            assert_never(verdict.status)


def _sealer(verdict: Verdict) -> SignatureFinding:
    """Return who sealed: of our files the first who signed, of others the last."""
    first, last = verdict.signatures[0], verdict.signatures[-1]
    return first if first.ours else last


def advice(verdict: Verdict) -> str | None:
    """Return what one can do about the verdict, if anything."""
    if verdict.status is not Status.UNTRUSTED or not verdict.signatures:
        return None
    one = next((s for s in verdict.signatures if not s.trusted), None)
    if one is None:
        return None
    return (
        f"If you know {one.signer!r}, get their root certificate another way and add "
        f"--trust root.pem; the credential's own SHA-256 is {one.fingerprint}."
    )


def to_json(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as the schema of ``sygn verify --schema`` describes it."""
    return {
        "status": str(verdict.status),
        "headline": headline(verdict),
        "reasons": list(verdict.reasons),
        "unmet": list(verdict.unmet),
        "sha256": verdict.sha256,
        "level": verdict.level or None,
        "document": verdict.document or None,
        "audit_head": verdict.head or None,
        "changes": [
            {"revision": one.revision, "page": one.page, "what": one.what, "text": str(one)}
            for one in verdict.changes
        ],
        "signatures": [_signature(one) for one in verdict.signatures],
        "events": [
            {"seq": e.seq, "at": moment.to_wire(e.at), "type": str(e.type), "actor": dict(e.actor)}
            for e in verdict.trail
        ],
    }


def in_words(verdict: Verdict, say: Catalogue) -> dict[str, object]:
    """Return the same for a page, with all sentences and the story in the reader's language."""
    told = to_json(verdict)
    events = zip(told["events"], trail_words.told(verdict.trail, say), strict=True)
    return {
        **told,
        "headline": say.again(headline(verdict)),
        "reasons": [say.again(one) for one in verdict.reasons],
        "changes": [
            {**change, "text": say.again(one.words)}
            for change, one in zip(told["changes"], verdict.changes, strict=True)
        ],
        "events": [{**event, "text": text, "who": who} for event, (text, who) in events],
    }


def _signature(one: SignatureFinding) -> dict[str, object]:
    return {
        "field": one.field,
        "signer": one.signer,
        "fingerprint": one.fingerprint,
        "claimed_at": moment.to_wire_if(one.claimed_at),
        "timestamped_at": moment.to_wire_if(one.timestamped_at),
        "timestamp_trusted": one.timestamp_trusted,
        "intact": one.intact,
        "valid": one.valid,
        "trusted": one.trusted,
        "covers_file": one.covers_file,
        "coverage": one.coverage,
        "modification": one.modification,
        "docmdp": one.docmdp,
    }
