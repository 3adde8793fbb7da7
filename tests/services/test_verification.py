"""A file that cannot be read within the limits is worth nothing, and no error."""

from __future__ import annotations

import pytest

from sygn_cli.domain.errors import PdfRefused, RefusalReason
from sygn_cli.engine.verdict import Status
from sygn_cli.services import verification


class Overwhelmed:
    """A place for PDF work that gives up on every file."""

    def call(self, function, *args, **kwargs):
        raise PdfRefused("It took too long.", reason=RefusalReason.LIMIT_EXCEEDED)


@pytest.mark.parametrize(
    ("pdf", "status"),
    [(b"%PDF-1.7 bomb", Status.UNSIGNED), (b"%PDF-1.7 /ByteRange bomb", Status.TAMPERED)],
)
def test_a_file_that_exceeds_all_limits_gets_a_verdict(runtime, pdf, status):
    verdict = verification.verify(runtime, pdf, work=Overwhelmed())
    assert verdict.status is status
    assert verdict.reasons == ("It took too long.",)
