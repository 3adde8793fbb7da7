"""A token locks after a few wrong PINs, so one is not tried twice."""

import pytest
from cryptography.hazmat.primitives import hashes
from pkcs11.exceptions import PinIncorrect

from sygn_cli.domain.errors import Unauthorized
from sygn_cli.domain.token import Token
from sygn_cli.engine import token
from sygn_cli.engine.token import TokenKey


def test_a_wrong_pin_is_not_tried_twice(credential, monkeypatch):
    tried = []

    def refusing(where, pin):
        tried.append(pin)
        raise PinIncorrect

    monkeypatch.setattr(token, "_session", refusing)
    key = TokenKey(Token("/module.so", "Acme"), credential.cert_pem, lambda: b"secret")

    for _ in range(3):
        with pytest.raises(Unauthorized, match="not tried again") as caught:
            key.sign(b"data", hashes.SHA256())
        assert "secret" not in f"{caught.value} {caught.value.hint} {key!r}"

    assert tried == ["secret"]
