"""The script that other sites load."""

from __future__ import annotations


def test_any_site_may_load_it_and_asks_again_for_little(site):
    answer = site.client.get("/embed.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.data) < 10_000
    again = site.client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_everything_else_stays_on_our_own_pages(site):
    assert site.client.get("/source").headers["Cross-Origin-Resource-Policy"] == "same-origin"
