"""Long pages come compressed to those who can read it."""

from __future__ import annotations

import gzip

from tests.server import stage
from tests.server.site import serve

LONG = stage.Contract(pages=200)


def test_a_long_page_is_compressed_for_a_browser_that_takes_it():
    site = serve(LONG)
    plain = site.open()
    small = site.open(**{"Accept-Encoding": "gzip, deflate, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["Content-Length"] == str(len(small.data))
    assert "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(small.data).count(b"/x/pages/") == plain.text.count("/x/pages/") == 200
    assert len(small.data) * 3 < len(plain.data)


def test_a_browser_that_refuses_compression_gets_the_page_as_it_is():
    site = serve(LONG)
    for refusal in ("identity", "gzip;q=0"):
        answer = site.open(**{"Accept-Encoding": refusal})
        assert "Content-Encoding" not in answer.headers
        assert answer.text.startswith("<!doctype html>")


def test_short_pages_and_files_are_left_alone(site):
    for path in ("/nowhere", "/x/document.pdf", "/healthz"):
        answer = site.get(path, **{"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers


def test_head_tells_what_get_would_send():
    site = serve(LONG)
    headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
    query = {"t": site.token()}
    head = site.client.head("/x", query_string=query, headers=headers)
    assert head.headers["Content-Encoding"] == "gzip"
    assert head.data == b""
