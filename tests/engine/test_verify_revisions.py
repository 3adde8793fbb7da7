"""Whatever is added behind a seal as a new revision is found, even if it changes nothing seen."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine.conftest import NOON
from tests.engine.papers import paper


def _revised(pdf, change):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _language(writer):
    writer.root[pdf_name("/Lang")] = generic.pdf_string("de")
    writer.update_root()


def _security_store(writer):
    writer.root[pdf_name("/DSS")] = generic.DictionaryObject(
        {pdf_name("/Certs"): generic.ArrayObject()}
    )
    writer.update_root()


def _attachment(writer):
    data = EmbeddedFileObject.from_file_data(writer, b"more")
    embed_file(writer, FileSpec(file_spec_string="more.txt", embedded_data=data))


def _another_trail(writer):
    data = EmbeddedFileObject.from_file_data(writer, b"more")
    embed_file(writer, FileSpec(file_spec_string="audit.jsonl", embedded_data=data))


def _note(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject({
        pdf_name("/Type"): pdf_name("/Annot"),
        pdf_name("/Subtype"): pdf_name("/Text"),
        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 50, 50))),
        pdf_name("/Contents"): generic.pdf_string("not what I meant"),
    })  # fmt: skip
    page["/Annots"].append(writer.add_object(note))
    writer.mark_update(page.container_ref)


def _page(writer):
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    kids = writer.root["/Pages"]["/Kids"]
    page = generic.DictionaryObject({
        pdf_name("/Type"): pdf_name("/Page"),
        pdf_name("/Parent"): writer.root.raw_get("/Pages"),
        pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 50, 50))),
        pdf_name("/Contents"): content,
    })  # fmt: skip
    kids.append(writer.add_object(page))
    writer.root["/Pages"][pdf_name("/Count")] = generic.NumberObject(2)
    writer.mark_update(writer.root["/Pages"].container_ref)


def _content(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    writer.mark_update(page.container_ref)


def _no_signature_field(writer):
    writer.root["/AcroForm"][pdf_name("/Fields")] = generic.ArrayObject()
    writer.update_root()


def _no_form(writer):
    del writer.root["/AcroForm"]
    writer.update_root()


def _no_certification(writer):
    del writer.root["/Perms"]
    writer.update_root()


_REVISIONS = {
    _language: (None, "added: the document's language"),
    _security_store: (None, "added: the store of revocation lists"),
    _attachment: (None, "changed: the names and attached files"),
    _another_trail: (None, "changed: the names and attached files"),
    _note: (1, "a note was added"),
    _page: (2, "the page was added"),
    _content: (1, "what is drawn on it was changed"),
    _no_signature_field: None,
    _no_form: None,
    _no_certification: (None, "taken away: the permissions of the certification"),
}


@pytest.mark.parametrize("change", _REVISIONS, ids=lambda change: change.__name__.strip("_"))
def test_a_revision_behind_a_seal_is_found_and_told(change, sealed, ca):
    revised = _revised(sealed.pdf, change)

    assert revised.startswith(sealed.pdf)
    assert len(revised) > len(sealed.pdf)
    verdict = verify(revised, trust=[ca.cert_pem])
    assert verdict.status is Status.TAMPERED
    if wanted := _REVISIONS[change]:
        assert wanted in [(one.page, one.what) for one in verdict.changes], verdict.changes
        assert {one.revision for one in verdict.changes} == {3}


def test_each_revision_behind_a_seal_is_told_apart(sealed, ca):
    verdict = verify(_revised(_revised(sealed.pdf, _note), _page), trust=[ca.cert_pem])

    told = [str(one) for one in verdict.changes]
    assert "Revision 3, page 1: a note was added." in told
    assert "Revision 4, page 2: the page was added." in told


def test_what_is_unchanged_has_nothing_to_tell(sealed, ca):
    assert verify(sealed.pdf, trust=[ca.cert_pem]).changes == ()


def test_a_page_taken_away_and_pages_exchanged_are_told(ca, credential):
    pdf = seal(stamp([paper(3)], [], title="T"), credential, at=NOON, reason="r").pdf

    def fewer(writer):
        pages = writer.root["/Pages"]
        pages[pdf_name("/Kids")] = generic.ArrayObject(
            [pages["/Kids"].raw_get(place) for place in (2, 0)]
        )
        pages[pdf_name("/Count")] = generic.NumberObject(2)
        writer.mark_update(pages.container_ref)

    told = [one.what for one in verify(_revised(pdf, fewer), trust=[ca.cert_pem]).changes]
    assert "taken away: page 2 of the revision before" in told
    assert "the pages stand in another order" in told


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_cut_copy_or_swap_of_parts_stays_valid(sealed, ca, data):
    size = len(sealed.pdf)
    a, b, c = sorted(data.draw(st.tuples(*[st.integers(0, size)] * 3)))
    first, second, third, fourth = (
        sealed.pdf[:a], sealed.pdf[a:b], sealed.pdf[b:c], sealed.pdf[c:],
    )  # fmt: skip
    changed = data.draw(st.sampled_from([
        first + third + fourth,
        first + second + second + third + fourth,
        first + third + second + fourth,
        first + b" " * len(second) + third + fourth,
        first + second[::-1] + third + fourth,
        third + fourth,
    ]))  # fmt: skip

    if changed != sealed.pdf:
        assert verify(changed, trust=[ca.cert_pem]).status is not Status.VALID
