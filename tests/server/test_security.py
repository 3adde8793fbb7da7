"""What every answer carries and every request must meet."""

from __future__ import annotations

import re

import pytest

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.server.app import create_app
from sygn_cli.server.security import frame_ancestors, trusted_hosts
from tests.server import stage
from tests.server.site import serve

PATHS = ["/x", "/x/state", "/x/document.pdf", "/x/certificate.pdf", "/healthz", "/nowhere", "/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(site, path):
    headers = site.get(path).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_the_policy_of_a_page_allows_its_own_files_by_nonce_and_nothing_else(site):
    page = site.open()
    policy = dict(
        directive.split(" ", 1)
        for directive in page.headers["Content-Security-Policy"].split("; ")
    )
    nonce = re.fullmatch(r"'nonce-([\w-]{24})'", policy["script-src"])
    assert nonce is not None
    assert policy["style-src"] == policy["script-src"]
    assert policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in str(policy)
    for tag in re.findall(r"<(?:script|style|link rel=\"stylesheet\")[^>]*>", page.text):
        assert f'nonce="{nonce[1]}"' in tag


def test_a_nonce_is_used_once(site):
    policies = {site.open().headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_no_page_has_an_inline_handler_or_style(site):
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", site.open().text)


def test_files_can_do_nothing_in_a_browser(site):
    policy = site.get("/x/document.pdf").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("sandbox")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "localhost.evil.example:7447",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/x", "/healthz", "/assets/0/page.css", "/nowhere"])
def test_an_unknown_host_is_refused_everywhere(site, host, path):
    answer = site.client.get(path, headers={"Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7447", "localhost:1", "[::1]:7447", "sign.example.org"]
)
def test_our_own_names_are_answered(host):
    site = serve(public_url="https://sign.example.org")
    assert site.client.get("/healthz", headers={"Host": host}).status_code == 200


def test_an_ipv6_public_address_is_a_host():
    assert "[fd00::1]" in trusted_hosts("http://[fd00::1]:7447")


def test_frames_are_allowed_for_the_named_origins():
    site = serve(embed_origins=("https://intranet.example", "http://localhost:3000"))
    policy = site.open().headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://intranet.example http://localhost:3000" in policy


@pytest.mark.parametrize(
    "origin", ["*", "https://a.example; script-src *", "https://a.example/path", "javascript:", ""]
)
def test_what_is_no_origin_cannot_get_into_the_policy(origin):
    with pytest.raises(InvalidRequest):
        frame_ancestors((origin,))
    with pytest.raises(InvalidRequest):
        create_app(stage.runtime(embed_origins=(origin,)))


def test_flasks_own_static_route_is_not_there(site):
    assert site.client.get("/static/page.css").status_code == 404
