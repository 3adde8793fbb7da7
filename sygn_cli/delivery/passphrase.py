"""Where a passphrase comes from: a file, the environment, a person; never the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from sygn_cli.delivery import prompt
from sygn_cli.domain.errors import InvalidRequest, NotFound, Unauthorized

Passphrase: TypeAlias = Callable[[], bytes]
_PIN: Final = "SYGN_PKCS11_PIN"


def no_passphrase() -> bytes:
    """Refuse: there is nobody to ask.

    Raises:
        Unauthorized: Always.
    """
    raise Unauthorized(
        "The seal key is under a passphrase.",
        hint="Set SYGN_PASSPHRASE, or SYGN_PASSPHRASE_FILE to a file that holds it.",
    )


def from_file(path: str) -> bytes:
    """Return the first line of a file.

    Raises:
        NotFound: There is no such file.
        InvalidRequest: It cannot be read.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no passphrase file {path!r}.") from error
    except OSError as error:
        raise InvalidRequest(f"{path!r} cannot be read: {error.strerror}.") from error
    return content.partition(b"\n")[0].rstrip(b"\r")


def given(environment: Mapping[str, str], name: str = "SYGN_PASSPHRASE") -> bytes | None:
    """Return the secret that the environment holds or names a file of, or None."""
    if secret := environment.get(name):
        return secret.encode()
    if path := environment.get(f"{name}_FILE"):
        return from_file(path)
    return None


def unlocking(environment: Mapping[str, str]) -> Passphrase:
    """Return how this process gets the passphrase of the seal key, once."""
    known: list[bytes] = []

    def unlock() -> bytes:
        if not known:
            secret = given(environment) or prompt.secret("Passphrase of the seal key", environment)
            known.append(secret or no_passphrase())
        return known[0]

    return unlock


def token_pin(environment: Mapping[str, str], token: str) -> Passphrase:
    """Return how this process gets the PIN of a token, once."""
    known: list[bytes] = []

    def pin() -> bytes:
        if not known:
            secret = given(environment, _PIN) or prompt.secret(
                f"PIN of the token {token}", environment
            )
            if not secret:
                raise Unauthorized(
                    f"The token {token!r} wants a PIN.",
                    hint=f"Set {_PIN}, or {_PIN}_FILE to a file that holds it.",
                )
            known.append(secret)
        return known[0]

    return pin
