"""Whatever is added behind a seal as a new revision is found, even if it changes nothing seen."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from sygn_cli.engine.verify import Status, verify


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


_REVISIONS = [
    _language,
    _security_store,
    _attachment,
    _another_trail,
    _note,
    _page,
    _content,
    _no_signature_field,
    _no_form,
    _no_certification,
]


@pytest.mark.parametrize("change", _REVISIONS, ids=lambda change: change.__name__.strip("_"))
def test_a_revision_behind_a_seal_is_found(change, sealed, ca):
    revised = _revised(sealed.pdf, change)

    assert revised.startswith(sealed.pdf)
    assert len(revised) > len(sealed.pdf)
    assert verify(revised, trust=[ca.cert_pem]).status is Status.TAMPERED


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
