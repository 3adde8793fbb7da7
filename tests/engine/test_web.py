"""What stands in somebody's certificate must not make us ask where only we can reach."""

import pytest

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine import web
from tests.engine.authority import lying_at
from tests.engine.loopback import Handler, serving


@pytest.fixture
def redirecting():
    with lying_at({"list.crl": b"secret"}) as aim:

        class Answers(Handler):
            def do_GET(self):  # noqa: N802 - the name that http.server looks for
                self.send_response(302)
                self.send_header("Location", f"{aim}list.crl")
                self.end_headers()

        with serving(Answers) as url:
            yield url


@pytest.fixture
def base():
    with lying_at({"list.crl": b"a list"}) as url:
        yield url


def test_an_address_of_the_operators_own_is_asked_wherever_it_is(base):
    assert web.ask(f"{base}list.crl", largest=100) == b"a list"


def test_an_address_in_a_certificate_does_not_lead_to_this_machine(base):
    with pytest.raises(NetworkFailed, match="may not be called"):
        web.ask(f"{base}list.crl", largest=100, named_by_others=True)


@pytest.mark.parametrize("host", ["%31%32%37.0.0.1", "127%2E0.0.1", "2130706433", "a@127.0.0.1"])
def test_nor_does_it_if_its_host_is_spelled_otherwise(base, host):
    with pytest.raises(NetworkFailed):
        web.ask(f"{base.replace('127.0.0.1', host)}list.crl", largest=100, named_by_others=True)


def test_it_does_so_for_an_authority_that_is_near_itself(base):
    assert web.leads_near(base)
    found = web.ask(f"{base}list.crl", largest=100, named_by_others=True, allow_private=True)

    assert found == b"a list"


def test_but_never_to_where_clouds_keep_their_secrets(monkeypatch, base):
    """However a host is spelled: what counts is whom the socket is connected to."""
    monkeypatch.setattr("sygn_cli.domain.target._OWN", ())
    with pytest.raises(NetworkFailed, match="may not be called"):
        web.ask(f"{base}list.crl", largest=100, named_by_others=True, allow_private=True)


def test_no_redirect_is_followed(redirecting):
    with pytest.raises(NetworkFailed, match="302"):
        web.ask(redirecting, largest=100, named_by_others=True, allow_private=True)


@pytest.mark.parametrize("url", ["http://no-such-host.invalid/", "http://1.1.1.1/"])
def test_what_leads_nowhere_or_far_is_not_near(url):
    assert not web.leads_near(url)
