"""The certification authorities that the operating system trusts."""

from __future__ import annotations

import ssl

from sygn_cli.domain.errors import InvalidRequest


def system_roots() -> bytes:
    """Return them in PEM: the system's store, or what ``SSL_CERT_FILE`` names.

    Raises:
        InvalidRequest: There are none.
    """
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not found:
        raise InvalidRequest(
            "This system has no list of trusted authorities.",
            hint="Name the ones that you trust: --trust CA.pem",
        )
    return "".join(map(ssl.DER_cert_to_PEM_cert, found)).encode("ascii")
