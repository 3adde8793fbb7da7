"""Scripts and styles: small, versioned, kept for ever."""

from __future__ import annotations

import gzip
import re

from sygn_cli.server.assets import Assets, squeezed, squeezed_script, squeezed_style, web_folder

STATIC = web_folder() / "static"


def test_scripts_and_styles_of_the_signing_page_are_under_60_kb():
    assets = Assets.read(STATIC)
    names = ["page.css", "sign.js", *assets.modules("sign.js")]
    sizes = {name: len(assets.files[name].content) for name in names}
    assert sum(sizes.values()) < 60_000, sizes


def test_all_modules_of_the_signing_page_are_preloaded_and_no_others(site):
    preloaded = re.findall(r'rel="modulepreload" href="/assets/\w+/([^"]+)"', site.open().text)
    assert preloaded == Assets.read(STATIC).modules("sign.js")
    assert {"pad.js", "words.js"} <= set(preloaded)
    assert "state.js" not in preloaded


def test_a_file_may_be_kept_for_ever_under_its_version(site):
    address = re.search(r'href="(/assets/[^"]+/page.css)"', site.open().text)
    assert address is not None
    answer = site.client.get(address[1])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"prefers-color-scheme" in answer.data


def test_an_old_version_gets_the_new_file_and_may_not_keep_it(site):
    answer = site.client.get("/assets/000000000000/page.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_files_are_sent_compressed_to_those_who_can_read_it(site):
    answer = site.client.get("/assets/0/sign.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == site.client.get("/assets/0/sign.js").data
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_nothing_outside_the_folder_can_be_asked_for(site):
    for name in ("../templates/sign.html", "..%2f..%2fpyproject.toml", "%2e%2e/app.py", "x.py"):
        assert site.client.get(f"/assets/0/{name}").status_code == 404


def test_comments_that_fill_a_line_are_not_sent_and_nothing_else_is_lost():
    source = 'a();\n  // why\n  b("// no comment"); // because\n\n/* all of it */\n.c { d: e }\n'
    assert squeezed(source) == 'a();\nb("// no comment"); // because\n.c { d: e }\n'


def test_a_script_loses_only_signs_that_mean_nothing():
    source = (
        '// why\nimport { a } from "./a.js";\n  if (a === b && !c) { d = [e, f]; }\n'
        '  say("x = { y }", (g) => g - -h);\n'
        "  i = j / k; // so\n  l = `m = ${ n }`;\n  return o ? p : q;\n"
        "  r(async (s) => {\n    t(u);\n  });\n"
        '  try { v(); } catch { /* as is */ }\n  w("x; // y = z"); // it is "z"\n'
        "  x = a + b - (c - -d) + -1;\n  w = /x = y/; // why\n  w = `x = ${y ? `; // ${ z }` : 1}`;\n"
    )
    assert squeezed_script(source) == (
        'import{a}from "./a.js";if(a===b&&!c){d=[e,f]}say("x = { y }",g=>g - -h);'
        "i=j/k;l=`m = ${ n }`;return o?p:q;"
        "r(async(s)=>{t(u)});"
        'try{v()}catch{}w("x; // y = z"); // it is "z"\n'
        "x=a+b-(c - -d)+ -1;w = /x = y/;\nw = `x = ${y ? `; // ${ z }` : 1}`;\n"
    )


def test_a_template_may_hold_what_would_end_it():
    assert squeezed_script("a = `say \\`b = c\\` now`;\n") == "a=`say \\`b = c\\` now`;"


def test_no_statement_is_empty():
    """One before a brace would lose its semicolon, and that is all of it."""
    for path in STATIC.glob("*.js"):
        for line in path.read_text().splitlines():
            assert not re.fullmatch(r"\s*(?:while|for) \((?:[^()]|\([^()]*\))*\);", line), (
                f"{path.name}: {line}"
            )


def test_a_style_loses_only_signs_that_mean_nothing():
    source = (
        '/* why */\n.a .b, c :hover > d {\n  width: calc(1px + 2px);\n  content: "; }  0.5";\n}\n'
        "@media (min-width: 62rem) and (hover) { e::before { inset: -0.5rem 0 10.25rem; } }\n"
    )
    assert squeezed_style(source) == (
        '.a .b,c :hover>d{width:calc(1px + 2px);content:"; }  0.5"}'
        "@media (min-width:62rem) and (hover){e::before{inset:-.5rem 0 10.25rem}}"
    )


def test_no_comment_or_string_goes_over_several_lines():
    for path in (*STATIC.glob("*.js"), *STATIC.glob("*.css")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            place = f"{path.name}:{number}"
            assert line.count("`") % 2 == 0, place
            assert not line.strip().startswith("/* ") or line.strip().endswith("*/"), place


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
