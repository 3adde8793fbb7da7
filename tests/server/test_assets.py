"""Scripts and styles: small, versioned, kept for ever."""

from __future__ import annotations

import gzip
import re

from sygn_cli.server.assets import Assets, web_folder

STATIC = web_folder() / "static"


def test_scripts_and_styles_are_under_60_kb():
    size = sum(p.stat().st_size for p in STATIC.rglob("*") if p.suffix in {".js", ".css"})
    assert size < 60_000


def test_a_file_may_be_kept_for_ever_under_its_version(site):
    address = re.search(r'href="(/assets/[^"]+/page.css)"', site.open().text)
    assert address is not None
    answer = site.client.get(address[1])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == (STATIC / "page.css").read_bytes()


def test_an_old_version_gets_the_new_file_and_may_not_keep_it(site):
    answer = site.client.get("/assets/000000000000/page.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_files_are_sent_compressed_to_those_who_can_read_it(site):
    answer = site.client.get("/assets/0/sign.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == (STATIC / "sign.js").read_bytes()
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_nothing_outside_the_folder_can_be_asked_for(site):
    for name in ("../templates/sign.html", "..%2f..%2fpyproject.toml", "%2e%2e/app.py", "x.py"):
        assert site.client.get(f"/assets/0/{name}").status_code == 404


def test_every_module_that_a_script_asks_for_exists():
    names = {path.name for path in STATIC.glob("*.js")}
    for path in STATIC.glob("*.js"):
        for wanted in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8")):
            assert wanted in names, f"{path.name} imports {wanted}"


def test_the_version_changes_with_any_byte(tmp_path):
    (tmp_path / "a.js").write_text("1")
    before = Assets.read(tmp_path).version
    (tmp_path / "a.js").write_text("2")
    assert Assets.read(tmp_path).version != before
