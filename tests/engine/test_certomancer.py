"""Seals under timestamps of a server that we did not write: Certomancer, on loopback."""

import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.engine.credential import make_ca, make_seal_credential
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.level import Level
from sygn_cli.engine.renew import renew
from sygn_cli.engine.seal import seal
from sygn_cli.engine.signatures import TIMESTAMP, signatures
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine.papers import paper

NOW = SystemClock().now()
CERTOMANCER = Path(sys.executable).with_name("certomancer")
CONFIG = """
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  time:
    path-prefix: keys
    keys:
      root: {{path: root.pem}}
      tsa: {{path: tsa.pem}}
pki-architectures:
  time:
    keyset: time
    entities:
      root: {{common-name: Certomancer root}}
      tsa: {{common-name: Certomancer time}}
    certs:
      root:
        subject: root
        subject-key: root
        issuer: root
        authority-key: root
        validity: {{valid-from: "{start}", valid-to: "{end}"}}
        extensions:
          - id: basic_constraints
            critical: true
            value: {{ca: true}}
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [key_cert_sign, crl_sign]}}
      tsa:
        subject: tsa
        subject-key: tsa
        issuer: root
        authority-key: root
        validity: {{valid-from: "{start}", valid-to: "{end}"}}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature]}}
          - id: extended_key_usage
            critical: true
            value: [time_stamping]
          - id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}
    services:
      crl-repo:
        root:
          for-issuer: root
          signing-key: root
          simulated-update-schedule: "P1D"
      time-stamping:
        tsa:
          signing-cert: tsa
          certs-to-embed: [root]
"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certomancer")


@pytest.fixture(scope="module")
def base(folder):
    (folder / "keys").mkdir()
    for name in ("root", "tsa"):
        key = rsa.generate_private_key(65537, 2048)
        (folder / "keys" / f"{name}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    port = _free_port()
    start, end = ((NOW + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%S+0000") for n in (-2, 900))
    (folder / "c.yml").write_text(CONFIG.format(port=port, start=start, end=end))
    said = (folder / "said").open("wb")
    process = subprocess.Popen(
        [CERTOMANCER, "--config", "c.yml", "animate", "--port", str(port), "--no-web-ui"],
        cwd=folder,
        stdout=said,
        stderr=said,
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        said.close()


@pytest.fixture(scope="module")
def root(base, folder):
    command = [str(CERTOMANCER), "--config", "c.yml", "summon", "time", "root"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def workspace():
    ca = make_ca("Test workspace", now=NOW)
    return ca, make_seal_credential(ca, "Test seal", now=NOW)


def _sealed(workspace, base, level):
    ca, credential = workspace
    return seal(
        stamp([paper()], [], title="T"),
        credential,
        at=NOW,
        reason="r",
        tsa_urls=[f"{base}/time/tsa/tsa"],
        level=level,
        crls=[make_crl(ca, now=NOW)],
    )


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_each_level_is_reached(level, workspace, base, root):
    done = _sealed(workspace, base, level)

    verdict = verify(done.pdf, trust=[workspace[0].cert_pem, *done.timestamp_roots, root])

    assert (done.level, done.timestamp_error) == (level, "")
    assert (verdict.status, verdict.level) == (Status.VALID, level), verdict.reasons


def test_openssl_verifies_the_archive_timestamp(workspace, base, root, tmp_path):
    pdf = _sealed(workspace, base, Level.B_LTA).pdf
    last = signatures(pdf)[-1]
    start, length, after, rest = last.byte_range
    (tmp_path / "signed").write_bytes(pdf[start:length] + pdf[after : after + rest])
    (tmp_path / "token").write_bytes(last.der)
    (tmp_path / "root.pem").write_bytes(root)
    command = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        "signed",
        "-in",
        "token",
        "-token_in",
        "-CAfile",
        "root.pem",
    ]

    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert last.kind == TIMESTAMP
    assert "Verification: OK" in said.stdout + said.stderr


def test_the_timestamp_is_renewed(workspace, base, root):
    pdf = _sealed(workspace, base, Level.B_LTA).pdf

    done = renew(pdf, tsa_urls=[f"{base}/time/tsa/tsa"])

    verdict = verify(done, trust=[workspace[0].cert_pem, root])
    assert (verdict.status, verdict.level, len(verdict.signatures)) == (Status.VALID, "B-LTA", 3)
