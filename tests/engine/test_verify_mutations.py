"""A sealed file whose structure was changed, object by object, is never called valid."""

from __future__ import annotations

import io
import random
import re

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine.conftest import NOON
from tests.engine.own_signatures import sealed_by_each
from tests.engine.papers import paper
from tests.soak import at_length

CHANCE = 20_261_121


@pytest.fixture(scope="module")
def originals(sealed, credential, ca):
    longer = stamp([paper(at_length(2, 12))], [], title="T")
    return [
        sealed.pdf,
        seal(longer, credential, at=NOON, reason="r").pdf,
        sealed_by_each(ca, credential, count=2),
    ]


def test_none_of_five_hundred_mutants_is_valid(originals, ca):
    mutants = [mutant for pdf in originals for mutant in _mutants(pdf)]
    random.Random(CHANCE).shuffle(mutants)  # noqa: S311  a choice that is the same each time
    tried = mutants[: at_length(500, len(mutants))]

    believed = [
        name
        for name, pdf in tried
        if verify(pdf, trust=[ca.cert_pem]).status is Status.VALID and pdf not in originals
    ]

    assert len(tried) >= 500
    assert believed == []


def _mutants(pdf):
    """Yield files that were made of a sealed one, each with the name of what was done to it."""
    yield from _overridden(pdf)
    yield from _rewritten(pdf)
    yield from _numbers_changed(pdf)
    yield from _moved(pdf)


def _overridden(pdf):
    """Append a revision that overrides one object."""
    xrefs = PdfFileReader(io.BytesIO(pdf)).xrefs
    used = {
        one.idnum
        for revision in range(xrefs.total_revisions)
        for one in xrefs.explicit_refs_in_revision(revision)
    }
    for number in sorted(used):
        for name, (needs, change) in _VALUES.items():
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            old = writer.get_object(generic.Reference(number, 0, writer))
            if needs is not None and not isinstance(old, needs):
                continue
            # As the writer's own methods would, for any kind of object.
            writer.objects[0, number] = change(old)
            writer._update_meta = lambda: None  # type: ignore[method-assign]  # it would trip over what is no dictionary any more
            output = io.BytesIO()
            writer.write(output)
            yield f"object {number}: {name}", output.getvalue()


def _without_a_key(old):
    first = min(old)
    return generic.DictionaryObject({one: old.raw_get(one) for one in old if one != first})


def _with_a_key(old):
    parts = {one: old.raw_get(one) for one in old}
    return generic.DictionaryObject({**parts, pdf_name("/Extra"): generic.NumberObject(1)})


_VALUES = {
    "null": (None, lambda _: generic.NullObject()),
    "a number": (None, lambda _: generic.NumberObject(0)),
    "itself": (None, lambda old: old),
    "without a key": (generic.DictionaryObject, _without_a_key),
    "with a key": (generic.DictionaryObject, _with_a_key),
    "an empty dictionary": (None, lambda _: generic.DictionaryObject()),
}

_OBJECT = re.compile(rb"\n(\d+) 0 obj\b.*?endobj", re.DOTALL)


def _rewritten(pdf):
    """Take out, double or exchange objects in the bytes themselves."""
    spans = [found.span() for found in _OBJECT.finditer(pdf)]
    for number, (start, end) in enumerate(spans):
        yield f"span {number} out", pdf[:start] + pdf[end:]
        yield f"span {number} blank", pdf[:start] + b" " * (end - start) + pdf[end:]
        yield f"span {number} twice", pdf[:end] + pdf[start:]
        yield f"span {number} behind", pdf + pdf[start:end] + b"\n%%EOF\n"
        after, last = spans[(number + 1) % len(spans)]
        if end <= after:
            parts = (pdf[:start], pdf[after:last], pdf[end:after], pdf[start:end], pdf[last:])
            yield f"span {number} exchanged", b"".join(parts)


def _numbers_changed(pdf):
    """Change single numbers: offsets, lengths, counts, references, byte ranges."""
    for found in re.finditer(rb"(?<=[\s\[])\d+(?=[\s\]/>])", pdf):
        number, start, end = int(found[0]), *found.span()
        for other in {number + 1, max(number - 1, 0), 0, number * 10} - {number}:
            written = str(other).encode()
            if len(written) <= end - start:
                yield (
                    f"number at {start}",
                    pdf[:start] + written.rjust(end - start, b"0") + pdf[end:],
                )


def _moved(pdf):
    """Put something before, behind or between the revisions."""
    marks = [found.end() for found in re.finditer(rb"%%EOF\n?", pdf)]
    for extra in (
        b"\n",
        b" ",
        b"%",
        b"%PDF-1.7\n",
        b"\0" * 512,
        b"x" * 100,
        b"startxref\n0\n%%EOF\n",
    ):
        yield "before", extra + pdf
        for mark in marks:
            yield f"at {mark}", pdf[:mark] + extra + pdf[mark:]
    for mark in marks[:-1]:
        yield f"cut at {mark}", pdf[:mark]
        yield f"from {mark}", pdf[mark:]
    yield "twice", pdf + pdf
