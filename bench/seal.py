"""How long stamping, sealing and verifying take, next to pyHanko's own work on the same bytes.

All is run in turn in one process, warm, so that a busy machine slows everything alike; the ratio
counts. Peak memory is that of a fresh process which does the work once.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pymupdf
from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bench._figure import Figure, Peer
from bench._plan import in_turn, timed
from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Typed
from sygn_cli.engine.credential import Credential, make_ca, make_seal_credential
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import Stamp, stamp
from sygn_cli.engine.verify import Status, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench._plan import Plan

_RUNS = 9
_SEALING, _VERIFYING = 1.3, 1.5
_NOW = SystemClock().now()
# Pages, and bytes of ballast on each.
PAPERS = {
    "10 pages": (10, 0),
    "100 pages": (100, 0),
    "25 MB": (25, 1_000_000),
    "5,000 pages": (5000, 0),
}


def main(plan: Plan, papers: Mapping[str, tuple[int, int]] = PAPERS) -> list[Figure]:
    """Print the table."""
    ca = make_ca("Bench", now=_NOW)
    credential = make_seal_credential(ca, "Bench seal", now=_NOW)
    runs = plan.times(_RUNS)
    print(f"| warm, median of {runs}, ms | sha256sum | stamp | seal | pyHanko signs | ratio "
          "| verify | pyHanko validates | ratio | peak MB |")  # fmt: skip
    print("| --- " + "| ---: " * 9 + "|")
    times, peaks = {}, {}
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        path = Path(name) / "paper.pdf"
        for label, (pages, ballast) in papers.items():
            path.write_bytes(_paper(pages, ballast))
            work = _work(path, ca, credential)
            times[label] = in_turn({step: timed(one) for step, one in work.items()}, runs)
            peaks[label] = _peak(path)
            print(f"| {label} | {_row(times[label])} | {peaks[label]:.0f} |", flush=True)
    return _figures(times, peaks)


def _row(times: Mapping[str, list[float]]) -> str:
    ms = {step: median(measured) for step, measured in times.items()}
    return (
        f"{ms['hash']:.0f} | {ms['stamp']:.0f} | {ms['seal']:.1f} | {ms['sign']:.1f} "
        f"| {ms['seal'] / ms['sign']:.2f} | {ms['verify']:.1f} | {ms['validate']:.1f} "
        f"| {ms['verify'] / ms['validate']:.2f}"
    )


def _figures(
    times: Mapping[str, Mapping[str, list[float]]], peaks: Mapping[str, float]
) -> list[Figure]:
    figures = [Figure("stamp", label, one["stamp"]) for label, one in times.items()]
    for label, one in times.items():
        peer = Peer("pyHanko signs the same bytes", one["sign"])
        figures.append(Figure("seal", label, one["seal"], peer=peer, limit=_SEALING))
    for label, one in times.items():
        peer = Peer("pyHanko validates its own", one["validate"])
        note = f"`sha256sum` {median(one['hash']):.0f} ms"
        figures.append(
            Figure("verify", label, one["verify"], peer=peer, limit=_VERIFYING, note=note)
        )
    for label, peak in peaks.items():
        figures.append(Figure("memory, all three", label, [peak], unit="MB"))
    return figures


def _work(path: Path, ca: Credential, credential: Credential) -> dict[str, Callable[[], object]]:
    pdf = path.read_bytes()
    field = Field("f1", FieldType.TEXT, 1, Box(60, 600, 200, 30), signer="s1")
    stamped = stamp([pdf], [Stamp(field, Typed("Ada"))], title="T")
    signer = _signer(credential)
    sealed = seal(stamped, credential, at=_NOW, reason="r").pdf
    by_pyhanko = _signed(stamped, signer)
    root = x509.Certificate.load(pem.unarmor(ca.cert_pem)[2])
    if verify(sealed, trust=[ca.cert_pem]).status is not Status.VALID:
        raise RuntimeError("what is measured does not work")
    return {
        "hash": lambda: subprocess.run(["sha256sum", path], check=True, capture_output=True),
        "stamp": lambda: stamp([pdf], [Stamp(field, Typed("Ada"))], title="T"),
        "seal": lambda: seal(stamped, credential, at=_NOW, reason="r"),
        "sign": lambda: _signed(stamped, signer),
        "verify": lambda: verify(sealed, trust=[ca.cert_pem]),
        "validate": lambda: _validated(by_pyhanko, root),
    }


def _paper(pages: int, ballast: int) -> bytes:
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page()
        page.insert_text((40, 60), f"Page {number}")
        if ballast:
            # Noise does not compress: the file is as large as it looks.
            pixels = pymupdf.Pixmap(pymupdf.csGRAY, 1000, ballast // 1000, os.urandom(ballast), 0)
            page.insert_image((40, 80, 500, 700), pixmap=pixels)
    return bytes(document.tobytes(deflate=True))


def _signer(credential: Credential) -> signers.SimpleSigner:
    """Return what ``pyhanko sign addsig pemder`` signs with."""
    store = SimpleCertificateStore()
    store.register_multiple(
        x509.Certificate.load(pem.unarmor(one)[2]) for one in credential.chain_pem
    )
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(pem.unarmor(credential.cert_pem)[2]),
        signing_key=keys.PrivateKeyInfo.load(pem.unarmor(credential.key_pem)[2]),
        cert_registry=store,
    )


def _signed(pdf: bytes, signer: signers.SimpleSigner) -> bytes:
    settings = signers.PdfSignatureMetadata(
        field_name="Seal",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    one = signers.PdfSigner(settings, signer=signer, new_field_spec=SigFieldSpec("Seal"))
    output = io.BytesIO()
    asyncio.run(one.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output))
    return output.getvalue()


def _validated(pdf: bytes, root: x509.Certificate) -> None:
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    if not validate_pdf_signature(found, signer_validation_context=context).bottom_line:
        raise RuntimeError("pyHanko does not trust what it signed")


def _peak(path: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "bench._peak", path], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024
