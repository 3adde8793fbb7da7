"""Odd PDFs that we draw: each is sealed and looks as before, or is refused with its reason."""

import subprocess
from contextlib import closing

import pytest
from PIL import ImageChops, ImageStat

from fixtures import odd_cases
from sygn_cli.domain.errors import PdfRefused, RefusalReason
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.render import page_picture, page_text
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from sygn_cli.engine.worker import Workers
from tests.engine.conftest import NOON
from tests.engine.papers import poppler, qpdf_complaints
from tests.engine.strangers import sign_like_others

REFUSED = {
    "user_password": RefusalReason.ENCRYPTED,
    "owner_password": RefusalReason.ENCRYPTED,
    "truncated_half": RefusalReason.DAMAGED,
    "page_tree_loop": RefusalReason.DAMAGED,
    "lying_count": RefusalReason.DAMAGED,
    "count_of_a_billion": RefusalReason.DAMAGED,
    "no_pages": RefusalReason.NO_PAGES,
    "giant_page": RefusalReason.PAGE_SIZE,
    "xfa": RefusalReason.XFA,
    "html": RefusalReason.NOT_A_PDF,
    "png": RefusalReason.NOT_A_PDF,
    "empty": RefusalReason.NOT_A_PDF,
}
ACTIVE = {"script": ("JavaScript", "OpenAction"), "launch": ("Launch", "OpenAction")}
# Poppler takes minutes to draw them; what matters is that nothing of ours does.
BOMBS = {"deflate_bomb", "image_bomb"}
# Nobody can ever draw or read them.
ENDLESS = {"form_bomb"}


@pytest.fixture(scope="module")
def workers():
    with closing(Workers()) as running:
        yield running


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_sealed_is_refused_with_its_reason(name, workers):
    with pytest.raises(PdfRefused) as refused:
        workers.call(inspect, odd_cases.CASES[name]())

    assert refused.value.reason is REFUSED[name]
    assert refused.value.message


@pytest.mark.parametrize("name", sorted(set(odd_cases.CASES) - set(REFUSED) - ENDLESS))
def test_what_is_accepted_is_sealed_and_looks_as_before(name, workers, credential, ca, tmp_path):
    pdf = odd_cases.CASES[name]()

    assert workers.call(inspect, pdf).active_content == ACTIVE.get(name, ())
    # Poppler gives up a file whose trailer is cut off; it is to look as it did when it was whole.
    whole = odd_cases.page() if name == "truncated_tail" else pdf
    looks = None if name in BOMBS else whole
    _seals_and_looks_like(looks, pdf, workers, credential, ca, tmp_path)


@pytest.mark.parametrize("name", sorted(ENDLESS))
@pytest.mark.parametrize("work", [page_picture, page_text], ids=lambda work: work.__name__)
def test_what_never_ends_is_ended_and_refused(work, name):
    with closing(Workers(size=1, cpu_seconds=2, wall_seconds=15)) as hurried:
        with pytest.raises(PdfRefused) as refused:
            hurried.call(work, odd_cases.CASES[name](), 1)

        assert refused.value.reason is RefusalReason.LIMIT_EXCEEDED
        assert hurried.call(inspect, odd_cases.page()).pages


@pytest.mark.parametrize("meta", [{}, {"certify": True}], ids=["signed", "certified"])
def test_what_others_have_signed_is_refused(meta, workers, credential):
    signed = sign_like_others(odd_cases.page(), credential, field="Theirs", meta=meta)

    with pytest.raises(PdfRefused) as refused:
        workers.call(inspect, signed)
    assert refused.value.reason is RefusalReason.ALREADY_SIGNED


def test_a_linearised_file_is_sealed_and_looks_as_before(workers, credential, ca, tmp_path):
    (tmp_path / "in.pdf").write_bytes(odd_cases.page())
    command = ["qpdf", "--linearize", tmp_path / "in.pdf", tmp_path / "out.pdf"]
    subprocess.run(command, check=True)

    pdf = (tmp_path / "out.pdf").read_bytes()
    _seals_and_looks_like(pdf, pdf, workers, credential, ca, tmp_path)


def _seals_and_looks_like(looks, pdf, workers, credential, ca, folder):
    stamped = workers.call(stamp, [pdf], [], title="T")
    sealed = seal(stamped, credential, at=NOON, reason="r")

    assert workers.call(inspect, stamped).active_content == ()
    verdict = workers.call(verify, sealed.pdf, trust=[ca.cert_pem])
    assert verdict.status is Status.VALID, verdict.reasons
    assert qpdf_complaints(sealed.pdf, folder) == ""
    if looks is not None:
        before, after = poppler(looks, folder, dpi=40), poppler(sealed.pdf, folder, dpi=40)
        assert before.size == after.size
        assert max(ImageStat.Stat(ImageChops.difference(before, after)).mean) < 1


def test_the_cases_are_the_same_bytes_each_time():
    for name in ("zip_polyglot", "duplicate_fields", "truncated_tail", "script"):
        assert odd_cases.CASES[name]() == odd_cases.CASES[name]()
