"""HTTP to places that others named: what is sent, what is bounded, and where it never goes."""

from __future__ import annotations

import socket
import ssl

import pytest

from sygn_cli.delivery.http import MOST_ANSWER_BYTES, GuardedHttp, system_resolver
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed
from tests.receiver import Receiver, Reply, receiving


@pytest.fixture
def canary():
    with receiving() as made:
        yield made


def post(receiver: Receiver, *, timeout: float = 15.0, url: str | None = None):
    client = GuardedHttp(timeout=timeout)
    return client.post(url or receiver.url, b'{"a":1}', {"X-Test": "1"}, allow_private=True)


def test_the_body_arrives_as_it_is(canary):
    answer = post(canary)
    (call,) = canary.calls
    assert (call.method, call.path, call.body) == ("POST", "/hook", b'{"a":1}')
    assert call.headers["Host"] == f"127.0.0.1:{canary.port}"
    assert call.headers["X-Test"] == "1"
    assert (answer.status, answer.body, answer.is_good) == (200, b"ok", True)


@pytest.mark.parametrize("status", [204, 301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(status):
    with receiving(Reply(status, {"Retry-After": "7", "Location": "/elsewhere"}, b"")) as receiver:
        answer = post(receiver)
    assert (answer.status, answer.retry_after) == (status, "7")
    assert len(receiver.calls) == 1  # redirects are not followed


def test_a_huge_answer_is_cut(canary):
    canary.decide = lambda _: Reply(body=b"x" * 5_000_000)
    assert len(post(canary).body) == MOST_ANSWER_BYTES


def test_a_reset_is_no_answer(canary):
    canary.decide = lambda _: Reply(reset=True)
    with pytest.raises(NetworkFailed):
        post(canary)


@pytest.mark.parametrize("reply", [Reply(silent=True), Reply(drip=True)], ids=["silent", "drip"])
def test_a_slow_receiver_is_given_up_at_the_deadline(canary, reply):
    canary.decide = lambda _: reply
    with pytest.raises(NetworkFailed, match="in time"):
        post(canary, timeout=0.3)


def test_nobody_there_is_no_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(NetworkFailed, match="refused"):
            GuardedHttp().post(url, b"", {}, allow_private=True)


def test_what_is_not_http_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.setblocking(True)
        import threading

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NetworkFailed, match="HTTP"):
            GuardedHttp().post(url, b"", {}, allow_private=True)
        thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path, judge):
    import subprocess
    import threading

    key, pem = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [judge("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", pem, "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        seen: list[bytes] = []

        def answer():
            connection, _ = listener.accept()
            with connection:
                try:
                    with context.wrap_socket(connection, server_side=True) as encrypted:
                        seen.append(encrypted.recv(4096))
                except OSError:
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NetworkFailed, match="not valid"):
            GuardedHttp().post(url, b"secret", {}, allow_private=True)
        thread.join()
    assert not any(seen)


def test_proxies_from_the_environment_are_not_used(canary, monkeypatch):
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(canary).is_good
    assert proxy.calls == []


def test_a_file_is_fetched_whole_or_not_at_all(canary):
    canary.decide = lambda _: Reply(body=b"%PDF-" + b"x" * 995)
    client = GuardedHttp()
    assert len(client.fetch(canary.url, most=1000, allow_private=True)) == 1000
    with pytest.raises(InvalidRequest, match="too large"):
        client.fetch(canary.url, most=999, allow_private=True)
    canary.decide = lambda _: Reply(302, {"Location": "/other"})
    with pytest.raises(NetworkFailed, match="302"):
        client.fetch(canary.url, most=1000, allow_private=True)
    assert {call.method for call in canary.calls} == {"GET"}


# Everything that resolvers, URL parsers and the system take for this machine. Every one of them
# must be refused, and the receiver on it must never hear of it.
SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104 - one more name of this machine
    "localhost",
    "LOCALHOST",
    "localhost.",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]",
)


def reached(canary: Receiver) -> int:
    """Return how many connections came before this one, which is known to come."""
    assert post(canary).is_good
    return canary.connections - 1


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_this_machine_is_reached(canary, host, monkeypatch):
    # The rule about ports would refuse these before any address is known; without it only the
    # rule about addresses is left.
    monkeypatch.setattr("sygn_cli.domain.target._PORTS", frozenset({canary.port}))
    url = f"https://{host}:{canary.port}/"
    with pytest.raises((NetworkFailed, InvalidRequest)):
        GuardedHttp(timeout=2).post(url, b"", {}, allow_private=False)
    with pytest.raises((NetworkFailed, InvalidRequest)):
        GuardedHttp(timeout=2).fetch(url, most=10)
    assert reached(canary) == 0


# One of each kind; none of these is ever connected to, here or elsewhere.
INNER = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "0.0.0.0",  # noqa: S104
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
)


def names_server(*answers: str):
    """Return a resolver that answers with these addresses, one more at each question."""
    asked = iter(answers)

    def resolve(_host, port):
        address = next(asked)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


@pytest.mark.parametrize("address", INNER)
def test_a_good_name_with_a_bad_address_is_not_connected_to(address, monkeypatch):
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, where: connected.append(where))
    client = GuardedHttp(resolve=names_server(address))
    with pytest.raises(NetworkFailed, match="may not be called"):
        client.post("https://receiver.example/", b"", {}, allow_private=False)
    assert connected == []


def test_a_name_server_that_changes_its_mind_gains_nothing(canary, monkeypatch):
    monkeypatch.setattr("sygn_cli.domain.target._PORTS", frozenset({canary.port}))
    resolve = names_server("93.184.216.34", "127.0.0.1")
    resolve("receiver.example", 443)  # whoever checks beforehand is told something harmless
    with pytest.raises(NetworkFailed, match="may not be called"):
        GuardedHttp(resolve=resolve).post(
            f"https://receiver.example:{canary.port}/", b"", {}, allow_private=False
        )
    assert reached(canary) == 0


def test_the_peer_decides_even_if_the_address_looked_good(canary, monkeypatch):
    """Somebody between us and the address answers in its place."""
    to_the_canary = socket.socket.connect
    monkeypatch.setattr(
        socket.socket,
        "connect",
        lambda self, _where: to_the_canary(self, ("127.0.0.1", canary.port)),
    )
    client = GuardedHttp(resolve=names_server("93.184.216.34"))
    with pytest.raises(NetworkFailed, match="may not be called"):
        client.post("https://receiver.example/", b"", {}, allow_private=False)
    assert canary.calls == []


def test_a_redirect_inwards_is_not_followed():
    with (
        receiving() as inner,
        receiving(Reply(302, {"Location": inner.url})) as outer,
    ):
        assert post(outer).status == 302
        assert reached(inner) == 0


def test_leave_for_private_networks_is_no_leave_for_metadata_servers(monkeypatch):
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, where: connected.append(where))
    with pytest.raises(NetworkFailed, match="may not be called"):
        GuardedHttp().post("http://169.254.169.254/", b"", {}, allow_private=True)
    assert connected == []


def test_the_systems_resolver_is_the_real_one():
    assert ("127.0.0.1", 80) in [found[4] for found in system_resolver("127.0.0.1", 80)]
