"""Hold the signature container of a seal to the one form in which sygn writes it.

A signature protects what it signs, not its own container: the zeros behind it, the case of its
hexadecimal digits, a version number or a certificate that nobody needs could be changed without
any validator noticing. Whoever compares two copies should not have to wonder, so in a seal of
ours every byte is accounted for: what the signature does not cover must be exactly what we would
have written.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_canonical_gap(pdf: bytes, start: int, end: int, container: bytes) -> bool:
    """Tell whether the bytes that a signature leaves out are just its container.

    Args:
        pdf: The whole file.
        start: Offset of the first byte left out, which must be "<".
        end: Offset behind the last one, which must be ">".
        container: The DER of the CMS structure, without padding.
    """
    digits = container.hex().upper().encode("ascii")
    return pdf[start:end] == b"<" + digits.ljust(end - start - 2, b"0") + b">"


def is_canonical_container(container: bytes) -> bool:
    """Tell whether a CMS signature is of our form and each certificate in it has its place.

    Only certificates, signed attributes, the signature and timestamps may differ between two
    seals; pyHanko checks all of these but the certificates above the signer's.
    """
    try:
        # `cryptography` warns of flaws in a certificate; ours have none.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _is_canonical(container)
    # asn1crypto parses lazily and leaks these wherever the structure is not what it should be.
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, StopIteration, Warning):
        return False


def _is_canonical(container: bytes) -> bool:
    data = cms.ContentInfo.load(container, strict=True)["content"]
    info = data["signer_infos"][0]
    certs = [choice.chosen for choice in data["certificates"]]
    signer = next(cert for cert in certs if cert.serial_number == _serial(info))
    others = [cert for cert in certs if cert is not signer]
    return bool(
        _rebuilt(info, certs, signer).dump() == container
        and _is_chain([one.dump() for one in (signer, *others)])
    )


def _serial(info: cms.SignerInfo) -> int:
    serial = info["sid"].chosen["serial_number"].native
    return int(serial)


def _rebuilt(
    info: cms.SignerInfo, certs: Sequence[x509.Certificate], signer: cms.Certificate
) -> cms.ContentInfo:
    """Return the container as pyHanko 0.38 packs it (RFC 5652, 5)."""
    digest_name = info["digest_algorithm"]["algorithm"].native
    if digest_name not in {"sha256", "sha512"}:
        raise ValueError("not a digest that sygn uses")
    digest = algos.DigestAlgorithm({"algorithm": digest_name})
    fresh: dict[str, object] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": signer.issuer, "serial_number": signer.serial_number}
                )
            }
        ),
        "digest_algorithm": digest,
        "signed_attrs": info["signed_attrs"],
        "signature_algorithm": _mechanism(signer, digest_name),
        "signature": info["signature"],
    }
    if info["unsigned_attrs"] is not core.VOID and info["unsigned_attrs"].native is not None:
        fresh["unsigned_attrs"] = info["unsigned_attrs"]
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms((digest,)),
            "encap_content_info": {"content_type": "data"},
            "certificates": [
                cms.CertificateChoices(name="certificate", value=cert) for cert in certs
            ],
            "signer_infos": [cms.SignerInfo(fresh)],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": data})


def _mechanism(signer: cms.Certificate, digest_name: str) -> algos.SignedDigestAlgorithm:
    match signer.public_key.algorithm:
        case "ec":
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest_name}_ecdsa"})
        case "rsa":
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest_name}_rsa"})
        case other:
            return algos.SignedDigestAlgorithm({"algorithm": other})


def _is_chain(certs: Sequence[bytes]) -> bool:
    """Tell whether the first certificate leads to a self-signed one through all the others."""
    if not all(map(_is_signed_canonically, certs)):
        return False
    current, *others = map(x509.load_der_x509_certificate, certs)
    while others:
        issuer = next((one for one in others if _issued(one, current)), None)
        if issuer is None:
            return False
        others.remove(issuer)
        current = issuer
    return _issued(current, current)


def _is_signed_canonically(cert: bytes) -> bool:
    """Tell whether a certificate's signature is a string of whole bytes (X.690, 8.6.2.2).

    Verifiers accept "one unused bit" just as well wherever the last bit happens to be 0.
    """
    unused_bits = asn1_x509.Certificate.load(cert)["signature_value"].contents[:1]
    return bool(unused_bits == b"\0")


def _issued(issuer: x509.Certificate, cert: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
