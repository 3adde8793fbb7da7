"""A time-stamping authority on loopback, good or bad (RFC 3161)."""

import asyncio
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta

from asn1crypto import keys, pem, tsp
from asn1crypto import x509 as ax509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from tests.engine.loopback import Handler, serving


class Authority:
    """Key and certificate of an authority, self-signed."""

    def __init__(self, at, *, says=None):
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test time")])
        cert = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(99)
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=5000))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
            .sign(key, hashes.SHA256())
        )
        self.cert_pem = cert.public_bytes(serialization.Encoding.PEM)
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.stamper = DummyTimeStamper(
            ax509.Certificate.load(pem.unarmor(self.cert_pem)[2]),
            keys.PrivateKeyInfo.load(der),
            fixed_dt=says or at,
        )

    def answer(self, question):
        request = tsp.TimeStampReq.load(question)
        return asyncio.run(self.stamper.async_request_tsa_response(request)).dump()


def good(authority, question):
    return authority.answer(question)


def garbage(authority, question):
    return b"<html>Sign in first</html>"


def empty(authority, question):
    return b""


def wrong_digest(authority, question):
    request = tsp.TimeStampReq.load(question)
    imprint = request["message_imprint"]
    imprint["hashed_message"] = bytes(len(imprint["hashed_message"].native))
    return authority.answer(request.dump())


def wrong_nonce(authority, question):
    request = tsp.TimeStampReq.load(question)
    request["nonce"] = 5
    return authority.answer(request.dump())


def refusal(authority, question):
    return tsp.TimeStampResp(
        {"status": {"status": "rejection", "status_string": ["not today"]}}
    ).dump()


@contextmanager
def served(authority, behaviour):
    """Yield the URL of an authority that behaves like that."""

    class Answers(Handler):
        def do_POST(self):  # noqa: N802 - the name that http.server looks for
            content = behaviour(authority, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with serving(Answers) as url:
        yield url


@contextmanager
def trickling():
    """Yield the URL of a server that sends a byte of its answer now and then, for ever."""
    stop = threading.Event()

    class Answers(Handler):
        def do_POST(self):  # noqa: N802 - the name that http.server looks for
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            with suppress(OSError):
                while not stop.wait(0.05):
                    self.wfile.write(b"0")

    with serving(Answers) as url:
        try:
            yield url
        finally:
            stop.set()
