"""The source that is given away is complete, from a checkout and from an installation."""

import io
import tarfile
from pathlib import Path

import pytest

from sygn_cli.server import assets, source

ROOT = Path(__file__).parents[2]
BESIDE = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}


def given_away() -> dict[str, bytes]:
    content = source.archive.__wrapped__()
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        return {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar}


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """Return a folder where a wheel was installed: one module, one template and what pip adds."""
    files = {
        "sygn_cli/__init__.py": "code",
        "sygn_cli/LICENSE": "of something else",
        "sygn_cli/_web/templates/sign.html": "page",
        "sygn-0.1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: sygn\nVersion: 0.1.0\n",
        "sygn-0.1.0.dist-info/licenses/LICENSE": "licence",
        "sygn-0.1.0.dist-info/extra_metadata/pyproject.toml": "build",
        "sygn-0.1.0.dist-info/extra_metadata/README.md": "readme",
        "sygn-0.1.0.dist-info/extra_metadata/CHANGELOG.md": "changes",
        "other-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: other\nVersion: 1.0\n",
        "other-1.0.dist-info/licenses/LICENSE": "of another",
        "other-1.0.dist-info/RECORD": "other-1.0.dist-info/licenses/LICENSE,,\n",
    }
    files["sygn-0.1.0.dist-info/RECORD"] = "".join(
        f"{name},,\n" for name in files if not name.startswith("other")
    )
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for module in (assets, source):
        monkeypatch.setattr(module, "_PACKAGE", tmp_path / "sygn_cli")
    return tmp_path


def test_a_checkout_gives_away_what_builds_it():
    found = given_away()
    for name in BESIDE:
        assert found[f"sygn/{name}"] == (ROOT / name).read_bytes()
    assert "sygn/web/templates/sign.html" in found
    assert {name.split("/")[1] for name in found} == BESIDE | {"sygn_cli", "web"}


def test_an_installation_gives_away_the_same(installed):
    assert given_away() == {
        "sygn/LICENSE": b"licence",
        "sygn/pyproject.toml": b"build",
        "sygn/README.md": b"readme",
        "sygn/CHANGELOG.md": b"changes",
        "sygn/sygn_cli/__init__.py": b"code",
        "sygn/sygn_cli/LICENSE": b"of something else",
        "sygn/web/templates/sign.html": b"page",
    }


def test_an_installation_without_a_list_of_its_files_gives_away_the_package(installed):
    (installed / "sygn-0.1.0.dist-info" / "RECORD").unlink()
    found = given_away()
    assert found["sygn/sygn_cli/__init__.py"] == b"code"
    assert found["sygn/web/templates/sign.html"] == b"page"
