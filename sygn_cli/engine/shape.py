"""The two shapes that a file sealed by sygn may have; anything else was put together by others.

Either one seal that forbids all changes. Or a seal that lets the signers sign the fields prepared
for them (DocMDP P=2), and then all of these signatures, each by the certificate that the seal
names for it, of which the last forbids all changes. What P=2 leaves open is open only between the
two, and all of it lies under the last signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyhanko.sign.fields import FieldMDPAction, enumerate_sig_fields

from sygn_cli.domain.stated import stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from sygn_cli.engine.examine import Examined

    _Pair: TypeAlias = tuple[EmbeddedPdfSignature, Examined]


def misshapen(
    reader: PdfFileReader,
    signatures: Sequence[EmbeddedPdfSignature],
    examined: Sequence[Examined],
) -> Iterator[str]:
    """Yield why a file that says it was sealed by sygn does not look like that.

    Args:
        reader: Of the file.
        signatures: All in the file.
        examined: What was found out about each of them.
    """
    pairs = list(zip(signatures, examined, strict=True))
    people = [pair for pair in pairs if not pair[1].is_document_timestamp]
    own = [pair for pair in people if pair[1].finding.ours]
    if len(own) > 1 and own[0][1].finding.docmdp != 1:
        yield from _of_several(reader, pairs, people, own)
    elif any(found.finding.docmdp != 1 for _, found in own):
        yield stated("The seal does not forbid changes, as a seal made by sygn does.")


def _of_several(
    reader: PdfFileReader,
    pairs: Sequence[_Pair],
    people: Sequence[_Pair],
    own: Sequence[_Pair],
) -> Iterator[str]:
    """Yield what is wrong with a seal and the signatures of signers."""
    (seal, certified), *signers = own
    if certified.finding.docmdp != 2 or pairs[0][0] is not seal:
        yield stated("The file does not begin with the seal under which its signers have signed.")
    if len(own) < len(people):
        yield stated("Somebody else has signed the file between the seal and its end.")
    if any(value is None for _, value, _ in enumerate_sig_fields(reader)):
        yield stated("A signature that the seal provides for is missing.")
    if any(found.is_document_timestamp for _, found in pairs[: len(people)]):
        yield stated("There is a timestamp between the signatures.")
    for signature, found in signers:
        if not _is_expected(signature):
            yield stated(
                "Signature {field} is not by the one whom the seal provides for.",
                field=repr(found.finding.field),
            )
    if not _locks(signers[-1][0]):
        yield stated("The last signer's signature does not forbid changes.")


def _is_expected(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether the field names exactly this certificate (ISO 32000-2, 12.7.5.5)."""
    wanted = signature.seed_value_spec
    if wanted is None or wanted.cert is None or not wanted.cert.subjects:
        return False
    (*others, subject) = wanted.cert.subjects
    return not others and subject.dump() == signature.signer_cert.dump()


def _locks(signature: EmbeddedPdfSignature) -> bool:
    lock, permission = signature.fieldmdp, signature.docmdp_level
    return (
        lock is not None
        and lock.action == FieldMDPAction.ALL
        and permission is not None
        and permission.value == 1
    )
