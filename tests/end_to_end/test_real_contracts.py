"""The main job on contracts that real organisations published, from detection to verification.

They are not ours to keep in the project: the tests look for a folder of PDFs beside the checkout,
or where ``SYGN_CONTRACTS`` says, and skip with that reason where there is none.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sygn_cli.domain import mark
from sygn_cli.domain.errors import NoFieldsDetected, PdfRefused, RefusalReason
from sygn_cli.domain.field import FieldType
from sygn_cli.engine import verify
from sygn_cli.services import downloads, signing, verification
from tests.runtimes import ADA, ALAN, a_document, memory_runtime
from tests.soak import at_length

BESIDE = Path(__file__).parents[3] / "shared" / "detect" / "dev"
FOLDER = Path(os.environ.get("SYGN_CONTRACTS", BESIDE))
CONTRACTS = sorted(FOLDER.glob("*.pdf"))
# The first so many by name: a fair choice that does not look at what is inside.
ENOUGH = at_length(16, len(CONTRACTS))
NEEDED = 10
# Stamping would destroy what these are.
REFUSED = (RefusalReason.XFA, RefusalReason.ALREADY_SIGNED, RefusalReason.ENCRYPTED)


@pytest.fixture(scope="module")
def signed(tmp_path_factory) -> list[tuple[Path, Path]]:
    """Return source and sealed file of every contract in which something to sign was found."""
    if not CONTRACTS:
        pytest.skip(f"there are no contracts in {FOLDER.name}/ beside the checkout")
    folder = tmp_path_factory.mktemp("contracts")
    done = []
    for number, path in enumerate(CONTRACTS[:ENOUGH]):
        runtime = memory_runtime()
        try:
            document = a_document(runtime, pdf=path.read_bytes(), invitees=(ADA, ALAN))
        except NoFieldsDetected:
            continue
        except PdfRefused as refused:
            if refused.reason not in REFUSED:
                raise
            continue
        for signer in document.signers:
            values = {
                one.id: "yes" if one.type is FieldType.CHECKBOX else "Łódź 北京"
                for one in document.fields_of(signer.id)
                if one.required and one.type in {FieldType.TEXT, FieldType.CHECKBOX}
            }
            signing.sign_headlessly(
                runtime, document.id, signer.id, name=signer.name, values=values
            )
        completed = runtime.store.load(document.id)
        assert completed.sealed_sha256, (path.name, completed.seal_error)
        pdf = downloads.signed_pdf(runtime, document.id)
        verdict = verification.verify(runtime, pdf, signers=2)
        assert verdict.status is verify.Status.VALID, (path.name, verdict.reasons)
        typed = [one.text for one in completed.marks.values() if isinstance(one, mark.Typed)]
        is_for_a_pen = any(one.type is FieldType.SIGNATURE for one in completed.fields)
        assert not is_for_a_pen or {ADA.name, ALAN.name} & {*typed}, path.name
        sealed = folder / f"{number}.pdf"
        sealed.write_bytes(pdf)
        done.append((path, sealed))
    return done


@pytest.mark.slow
def test_the_main_job_works_on_real_contracts(signed):
    assert len(signed) >= min(NEEDED, len(CONTRACTS))


@pytest.mark.slow
def test_judges_we_did_not_write_agree(signed, judge):
    for path, sealed in signed:
        checked = subprocess.run(
            [judge("qpdf"), "--check", sealed], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, (path.name, checked.stdout, checked.stderr)
        said = subprocess.run(
            [judge("pdfsig"), sealed], capture_output=True, text=True, check=False
        ).stdout
        assert "Signature is Valid" in said, path.name
        assert "Total document signed" in said, path.name
