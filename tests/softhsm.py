"""A token in software (SoftHSM) with its own folder; run as a program, it puts a certificate there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sygn_cli.engine.credential import Credential

PIN = "73501"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


class SoftToken:
    """A fresh token labelled "Acme"; ``environment`` is for whoever is to see it."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder, self._program = folder, program
        (folder / "tokens").mkdir(parents=True)
        config = folder / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(config)}
        self.module = next(place for place in _PLACES if Path(place).exists())
        self._util("--init-token", "--free", "--label", "Acme", "--so-pin", PIN)

    def put(self, held: Credential, *, label: str = "seal", key_id: str = "01") -> None:
        """Put key, certificate and chain on the token."""
        key = self._folder / "key.pem"
        key.write_bytes(held.key_pem)
        self._util("--import", str(key), "--token", "Acme", "--label", label, "--id", key_id)
        key.unlink()
        certificates = b"".join((held.cert_pem, *held.chain_pem))
        command = [sys.executable, "-m", "tests.softhsm", self.module, label]
        subprocess.run(
            command,
            input=certificates,
            env={**os.environ, **self.environment},
            cwd=Path(__file__).parents[1],
            check=True,
        )

    def _util(self, *words: str) -> None:
        subprocess.run(
            [self._program, *words, "--pin", PIN],
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
        )


def _put_certificates(module: str, label: str) -> None:
    import pkcs11
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    token = pkcs11.lib(module).get_token(token_label="Acme")
    with token.open(rw=True, user_pin=PIN) as session:
        for one in x509.load_pem_x509_certificates(sys.stdin.buffer.read()):
            session.create_object(
                {
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.SUBJECT: one.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: one.public_bytes(Encoding.DER),
                }
            )


if __name__ == "__main__":
    _put_certificates(*sys.argv[1:])
