"""A small tree of time-stamping authorities whose revocation lists lie on loopback."""

from contextlib import contextmanager
from datetime import timedelta

from asn1crypto import keys, pem
from asn1crypto import x509 as ax509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sygn_cli.engine.credential import Credential
from sygn_cli.engine.crl import make_crl
from tests.engine.loopback import Handler, serving
from tests.engine.timestamping import Authority


def _name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


class IssuedAuthority(Authority):
    """An authority with a root above it; its certificate says where root and list lie."""

    def __init__(self, at, base, *, sends_root=True):
        root_key = rsa.generate_private_key(65537, 2048)
        key = rsa.generate_private_key(65537, 2048)
        root = (
            self._builder("Time root", "Time root", root_key, at)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .sign(root_key, hashes.SHA256())
        )
        point = x509.UniformResourceIdentifier(f"{base}list.crl")
        above = x509.UniformResourceIdentifier(f"{base}root.der")
        cert = (
            self._builder("Time root", "Test time", key, at)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
            .add_extension(
                x509.CRLDistributionPoints([x509.DistributionPoint([point], None, None, None)]),
                False,
            )
            .add_extension(
                x509.AuthorityInformationAccess(
                    [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, above)]
                ),
                False,
            )
            .sign(root_key, hashes.SHA256())
        )
        self.root_pem = root.public_bytes(serialization.Encoding.PEM)
        self.cert_pem = cert.public_bytes(serialization.Encoding.PEM)
        self.root_der = root.public_bytes(serialization.Encoding.DER)
        held = Credential(self._pkcs8(root_key, serialization.Encoding.PEM), self.root_pem)
        self.crl = make_crl(held, now=at)
        store = SimpleCertificateStore()
        if sends_root:
            store.register(ax509.Certificate.load(self.root_der))
        self.stamper = DummyTimeStamper(
            ax509.Certificate.load(pem.unarmor(self.cert_pem)[2]),
            keys.PrivateKeyInfo.load(self._pkcs8(key, serialization.Encoding.DER)),
            certs_to_embed=store,
            fixed_dt=at,
        )

    @staticmethod
    def _builder(issuer, subject, key, at):
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=5000))
        )

    @staticmethod
    def _pkcs8(key, encoding):
        return key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@contextmanager
def lying_at(files):
    """Yield the base address of a server that gives out these files, filled in later as well."""

    class Answers(Handler):
        def do_GET(self):  # noqa: N802 - the name that http.server looks for
            content = files.get(self.path.strip("/"))
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

    with serving(Answers) as url:
        yield url
