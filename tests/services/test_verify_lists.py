"""A list of revoked credentials decides over a file only where no timestamp is older."""

from datetime import UTC, datetime

from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine import credential as credentials
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verdict import Status
from sygn_cli.services import verification
from tests.engine.papers import paper

NOON = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)


def test_with_a_list_a_strangers_file_is_judged_without_a_network():
    ca = credentials.make_ca("Elsewhere", now=NOON)
    held = credentials.make_seal_credential(ca, "Their seal", now=NOON)
    pdf = seal(stamp([paper()], [], title="T"), held, at=NOON, reason="Signed").pdf
    serial = credentials.certificate(held.cert_pem).serial_number
    on_it = Revocation("", serial, "", NOON, Reason.KEY_COMPROMISE)

    def judged(authority, *revoked):
        crl = make_crl(authority, now=NOON, revoked=revoked)
        return verification.verify(None, pdf, trust=[ca.cert_pem], revoked=[crl])

    assert judged(ca).status is Status.VALID
    refused = judged(ca, on_it)
    assert refused.status is Status.UNTRUSTED
    assert "revoked since 2026-06-13 12:00 UTC (key-compromise)" in refused.reasons[0]
    other = judged(credentials.make_ca("Another", now=NOON), on_it)
    assert other.status is Status.VALID
    assert "about nobody in the file" in other.reasons[-1]
