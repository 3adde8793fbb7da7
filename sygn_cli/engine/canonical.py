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
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info

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
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, Warning):
        return False
    except CMSExtractionError:
        return False


def is_canonical_timestamp(container: bytes) -> bool:
    """Tell whether a document timestamp is a token of our form and nothing else."""
    try:
        token = cms.ContentInfo.load(container, strict=True)
        return bool(canonical_token(token).dump() == container)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return False
    except CMSExtractionError:
        return False


def _is_canonical(container: bytes) -> bool:
    data = cms.ContentInfo.load(container, strict=True)["content"]
    info = data["signer_infos"][0]
    signer, others = _certificates(data)
    chain = _chain(signer, others)
    return bool(
        len(chain) == 1 + len(others)
        and _is_self_signed(chain[-1])
        and _seal(info, signer, chain).dump() == container
        and _is_timestamped_canonically(info)
    )


def _is_timestamped_canonically(info: cms.SignerInfo) -> bool:
    if not _has_timestamp(info):
        return True
    (attribute,) = info["unsigned_attrs"]
    (token,) = attribute["values"]
    return bool(
        attribute["type"].native == "signature_time_stamp_token"
        and canonical_token(token).dump() == token.dump()
    )


def _has_timestamp(info: cms.SignerInfo) -> bool:
    return info["unsigned_attrs"] is not core.VOID and info["unsigned_attrs"].native is not None


def canonical_token(token: cms.ContentInfo) -> cms.ContentInfo:
    """Return a timestamp token with nothing in it that its signature does not hold together.

    Certificates that do not lead up from the authority's go, and so do revocation lists and
    unsigned attributes; what is signed stays as it is, to the byte.

    Raises:
        Exception: What asn1crypto leaks on a token that is none.
    """
    data = token["content"]
    info = data["signer_infos"][0]
    signer, others = _certificates(data)
    for algorithm in (info["digest_algorithm"], info["signature_algorithm"]):
        _require_plain(algorithm)
    fresh = _signer_info(info, signer, info["digest_algorithm"], info["signature_algorithm"])
    return _packed("v3", fresh, data["encap_content_info"], _chain(signer, others))


def signer_chain(data: cms.SignedData) -> list[asn1_x509.Certificate]:
    """Return the signer's certificate and those above it, nearest first, as far as they go."""
    return _chain(*_certificates(data))


def _require_plain(algorithm: algos.DigestAlgorithm | algos.SignedDigestAlgorithm) -> None:
    if algorithm["algorithm"].native == "rsassa_pss":
        return
    if algorithm["parameters"].dump() not in {b"", b"\x05\x00"}:
        raise ValueError("an algorithm with parameters that it does not have")


def _seal(
    info: cms.SignerInfo, signer: asn1_x509.Certificate, chain: Sequence[asn1_x509.Certificate]
) -> cms.ContentInfo:
    """Return the container of a seal as pyHanko 0.38 packs it (RFC 5652, 5)."""
    digest_name = info["digest_algorithm"]["algorithm"].native
    if digest_name not in {"sha256", "sha512"}:
        raise ValueError("not a digest that sygn uses")
    digest = algos.DigestAlgorithm({"algorithm": digest_name})
    fresh = _signer_info(info, signer, digest, _mechanism(signer, digest_name))
    if _has_timestamp(info):
        fresh["unsigned_attrs"] = info["unsigned_attrs"]
    return _packed("v1", fresh, {"content_type": "data"}, chain)


def _signer_info(
    info: cms.SignerInfo,
    signer: asn1_x509.Certificate,
    digest: algos.DigestAlgorithm,
    mechanism: algos.SignedDigestAlgorithm,
) -> cms.SignerInfo:
    issuer_and_serial = cms.IssuerAndSerialNumber(
        {"issuer": signer.issuer, "serial_number": signer.serial_number}
    )
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer_and_serial}),
            "digest_algorithm": digest,
            "signed_attrs": info["signed_attrs"],
            "signature_algorithm": mechanism,
            "signature": info["signature"],
        }
    )


def _packed(
    version: str,
    info: cms.SignerInfo,
    encapsulated: object,
    chain: Sequence[asn1_x509.Certificate],
) -> cms.ContentInfo:
    data = cms.SignedData(
        {
            "version": version,
            "digest_algorithms": cms.DigestAlgorithms((info["digest_algorithm"],)),
            "encap_content_info": encapsulated,
            "certificates": [
                cms.CertificateChoices(name="certificate", value=cert) for cert in chain
            ],
            "signer_infos": [info],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": data})


def _mechanism(signer: asn1_x509.Certificate, digest_name: str) -> algos.SignedDigestAlgorithm:
    match signer.public_key.algorithm:
        case "ec":
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest_name}_ecdsa"})
        case "rsa":
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest_name}_rsa"})
        case other:
            return algos.SignedDigestAlgorithm({"algorithm": other})


def _certificates(
    data: cms.SignedData,
) -> tuple[asn1_x509.Certificate, list[asn1_x509.Certificate]]:
    found = extract_certificate_info(data)
    return found.signer_cert, list(found.other_certs)


def _chain(
    signer: asn1_x509.Certificate, others: Sequence[asn1_x509.Certificate]
) -> list[asn1_x509.Certificate]:
    """Return the certificates that lead up from the signer's, as far as there are any."""
    chain, left = [signer], [one for one in others if _is_signed_canonically(one)]
    while not _is_self_signed(chain[-1]):
        issuer = next((one for one in left if _issued(one, chain[-1])), None)
        if issuer is None:
            break
        left.remove(issuer)
        chain.append(issuer)
    return chain


def _is_self_signed(cert: asn1_x509.Certificate) -> bool:
    return _is_signed_canonically(cert) and _issued(cert, cert)


def _is_signed_canonically(cert: asn1_x509.Certificate) -> bool:
    """Tell whether a certificate's signature is a string of whole bytes (X.690, 8.6.2.2).

    Verifiers accept "one unused bit" just as well wherever the last bit happens to be 0.
    """
    return bool(cert["signature_value"].contents[:1] == b"\0")


def _issued(issuer: asn1_x509.Certificate, cert: asn1_x509.Certificate) -> bool:
    try:
        x509.load_der_x509_certificate(cert.dump()).verify_directly_issued_by(
            x509.load_der_x509_certificate(issuer.dump())
        )
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
