"""What a signer may read and take away."""

from __future__ import annotations

import io
import re
import tarfile

import pytest
from PIL import Image
from werkzeug.http import parse_options_header

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.server import page_addresses
from sygn_cli.server.signing_files import file_name
from tests.server import stage
from tests.server.site import serve

FOR_EVER = "private, max-age=31536000, immutable"


def picture_addresses(site, signer: str = "s1") -> list[str]:
    return re.findall(r'<img src="([^"]+)"', site.open(signer).text)


@pytest.mark.slow
def test_pages_are_pictures_that_a_browser_may_keep(site):
    first, second = picture_addresses(site)
    answer = site.client.get(first)
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == FOR_EVER
    assert Image.open(io.BytesIO(answer.data)).size == (1224, 1584)
    assert site.client.get(second).data != answer.data


@pytest.mark.slow
def test_a_page_is_drawn_once(site):
    address = picture_addresses(site)[0]
    for _ in range(3):
        site.client.get(address)
    assert site.runtime.pdf.calls.count("page_picture") == 1


def test_a_page_that_would_be_drawn_otherwise_has_another_address(site, monkeypatch):
    before = picture_addresses(site)
    monkeypatch.setattr(page_addresses, "STYLE", "of tomorrow")
    assert set(picture_addresses(site)).isdisjoint(before)
    assert site.client.get(before[0]).status_code == 404


@pytest.mark.slow
def test_pages_can_be_read_as_text(site):
    address = picture_addresses(site)[0].replace(".webp", ".txt")
    answer = site.client.get(address)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Purpose" in answer.text


def test_pages_far_down_are_named_and_those_with_fields_are_there_at_once():
    field = Field("f1", FieldType.SIGNATURE, 40, stage.SIGNATURE, signer="s1")
    site = serve(stage.Contract(fields=(field,), pages=45, names=("a.pdf", "b.pdf")))
    page = site.open().text
    # The second file's pages count on, and none of them is asked for anything.
    assert [int(one) for one in re.findall('id="page-([0-9]+)"', page)] == [*range(1, 21), 40]
    far = [one.split() for one in re.findall('data-addresses="([^"]+)"', page)]
    assert [len(one) for one in far] == [19, 5, 45]
    assert re.findall('data-first="([0-9]+)"', page) == ["21", "41", "46"]
    assert page.index("a.pdf</h2>") < page.index('id="page-1"')
    assert page.index('id="far-41"') < page.index("b.pdf</h2>") < page.index('id="far-46"')
    assert site.client.get(f"{far[2][44]}.txt").status_code == 200


def test_addresses_of_pages_do_not_carry_the_signers_link(site):
    secret = site.token().rpartition(".")[2]
    assert not [one for one in picture_addresses(site) if secret in one]


def test_an_address_of_one_page_does_not_open_another(site):
    first, second = picture_addresses(site)
    proof = first.rpartition("/")[2]
    assert site.client.get(second.rpartition("/")[0] + "/" + proof).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/x/pages/doc_00000000000000000000000000/1/1/AAAAAAAAAAAAAAAAAAAAAAAA.webp",
        "/x/pages/..%2f..%2fetc/1/1/AAAA.webp",
        "/x/pages/{id}/9/1/AAAAAAAAAAAAAAAAAAAAAAAA.webp",
        "/x/pages/{id}/0/1/AAAAAAAAAAAAAAAAAAAAAAAA.webp",
        "/x/pages/{id}/1/99/AAAAAAAAAAAAAAAAAAAAAAAA.txt",
        "/x/pages/{id}/1/1/é.webp",
        "/x/pages/{id}/1/-1/AAAA.webp",
    ],
)
def test_a_guessed_address_of_a_page_is_not_found(site, path):
    assert site.client.get(path.format(id=site.document.id)).status_code == 404


def test_the_document_can_be_taken_before_signing(site):
    answer = site.get("/x/document.pdf")
    assert answer.data == stage.agreement("Mutual non-disclosure agreement")
    expected = 'attachment; filename="Mutual non-disclosure agreement.pdf"'
    assert answer.headers["Content-Disposition"] == expected


def test_each_of_several_files_can_be_taken():
    site = serve(stage.Contract(names=("first.pdf", "second.pdf")))
    query = {"t": site.token(), "file": "2"}
    answer = site.client.get("/x/document.pdf", query_string=query)
    assert answer.status_code == 200
    assert "agreement - 2.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1e9", "²", "99999999999"])
def test_a_file_that_is_not_there_is_refused(site, number):
    query = {"t": site.token(), "file": number}
    assert site.client.get("/x/document.pdf", query_string=query).status_code in {400, 404}


@pytest.mark.slow
def test_the_sealed_files_can_be_taken_afterwards(site):
    for signer in ("s1", "s2"):
        site.consent(signer)
        site.sign(signer)
    signed = site.get("/x/document.pdf")
    certificate = site.get("/x/certificate.pdf", "s2")
    assert signed.data.startswith(b"%PDF-")
    assert b"/ByteRange" in signed.data
    assert b"/ByteRange" in certificate.data
    assert "agreement - certificate.pdf" in certificate.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("NDA", "NDA"),
        ("a/b\\c:d*e?f", "a b c d e f"),
        ("..", "document"),
        ("x" * 300, "x" * 100),
        ("Vertrag Müller & Söhne", "Vertrag Müller & Söhne"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie x"),
    ],
)
def test_a_title_becomes_a_file_name_that_every_system_takes(title, name):
    assert file_name(title) == name


def test_a_title_in_any_script_stays_readable():
    site = serve(stage.Contract(title='保密协议 "NDA" 🖋'))
    header = site.get("/x/document.pdf").headers["Content-Disposition"]
    assert "filename*=UTF-8''%E4%BF%9D" in header
    assert header.isascii()


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        ("Vertrag \uff02A\uff02\uff1bfilename=\uff02x.html", "Vertrag A filename= x.html.pdf"),
        ("a\uff0f..\uff0fb \uff3c", "a .. b .pdf"),
        ("..\uff0f..\uff0fetc", "etc.pdf"),
        ("\u2026\uff0f\u2026", "document.pdf"),
        ("a;b 50%41", "a b 50 41.pdf"),
        ("保\uff1a\uff02", "document.pdf"),
    ],
)
def test_no_title_breaks_out_of_the_name_of_a_download(title, quoted):
    site = serve(stage.Contract(title=title))
    header = site.get("/x/document.pdf").headers["Content-Disposition"]
    assert header.startswith(f"attachment; filename=\"{quoted}\"; filename*=UTF-8''")
    assert not set(quoted) & set('"/\\;')
    assert parse_options_header(header)[1]["filename"] == f"{file_name(title)}.pdf"


def test_the_source_of_the_running_program_is_given_away(site):
    answer = site.client.get("/source")
    assert answer.mimetype == "application/gzip"
    with tarfile.open(fileobj=io.BytesIO(answer.data), mode="r:gz") as tar:
        names = tar.getnames()
    assert "sygn/sygn_cli/server/app.py" in names
    assert any(name.endswith("templates/sign.html") for name in names)
    assert not [name for name in names if "__pycache__" in name or ".." in name]


def test_the_page_links_to_the_source(site):
    assert 'href="/source"' in site.open().text
