"""Settings: read, overridden, and refused by name where they are wrong."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services.runtime import Settings
from sygn_cli.services.settings import settings_from, usual_deadline
from sygn_cli.store.settings_template import SETTINGS


def test_without_a_word_the_defaults_hold():
    assert settings_from("", {}) == settings_from(SETTINGS, {}) == Settings()


def offered() -> str:
    """Return the settings of the new file, without the "#" before them."""
    lines = [line.removeprefix("#") for line in SETTINGS.splitlines() if line.startswith("#")]
    return "\n".join(line for line in lines if re.match(r"\w+ = |\[", line))


def known(section: str) -> set[str]:
    """Return the settings that a refusal names as known."""
    with pytest.raises(WorkspaceUnusable) as refused:
        settings_from(f"{section}\ncolour = 1", {})
    assert refused.value.hint
    return set(re.findall(r"\w+", refused.value.hint.removeprefix("Known are: ")))


def test_the_new_file_offers_every_setting_and_none_that_is_unknown():
    settings_from(offered(), {})
    table = tomllib.loads(offered())
    assert set(table) == known("")
    assert set(table["smtp"]) == known("[smtp]")


def test_a_file_sets_what_it_names():
    toml = """
public_url = "https://sign.example.com/"
expires = "never"
max_pdf_mb = 50
max_pages = 10
embed_origins = ["https://app.example.com"]
trusted_proxies = ["10.0.0.0/8", "::1"]
tsa = "http://tsa.example.com/tsr"
organisation = "Analytical Engines Ltd"
api_per_minute = 9
api_burst = 90
stranger_per_minute = 1
"""
    assert settings_from(toml, {}) == Settings(
        public_url="https://sign.example.com",
        expires="never",
        largest_pdf=50 * 1024 * 1024,
        most_pages=10,
        embed_origins=("https://app.example.com",),
        trusted_proxies=("10.0.0.0/8", "::1"),
        tsa_urls=("http://tsa.example.com/tsr",),
        organisation="Analytical Engines Ltd",
        api_per_minute=9,
        api_burst=90,
        stranger_per_minute=1,
    )


def test_the_environment_goes_before_the_file():
    toml = 'public_url = "https://a.example.com"'
    environment = {
        "SYGN_PUBLIC_URL": "https://b.example.com",
        "SYGN_ORGANISATION": "B",
        "SYGN_EXPIRES": "3d",
    }
    settings = settings_from(toml, environment)
    assert (settings.public_url, settings.organisation) == ("https://b.example.com", "B")
    assert settings.expires == "3d"


def test_a_wrong_variable_is_not_looked_for_in_the_file():
    with pytest.raises(WorkspaceUnusable, match="SYGN_PUBLIC_URL") as refused:
        settings_from("", {"SYGN_PUBLIC_URL": "ftp://x"})
    assert refused.value.hint == "It is a variable."


@pytest.mark.parametrize("written", ["30 days", "soon", "0d", "2030-02-30", " ", "30d\n2020"])
def test_what_is_no_deadline_is_refused_under_the_name_of_the_setting(written):
    with pytest.raises(WorkspaceUnusable, match="The setting SYGN_EXPIRES must be") as refused:
        settings_from("", {"SYGN_EXPIRES": written})
    assert refused.value.hint == "It is a variable."
    with pytest.raises(WorkspaceUnusable, match="The setting expires must be") as refused:
        settings_from(f"expires = {json.dumps(written)}", {})
    assert refused.value.hint == "It is in sygn.toml."


@pytest.mark.parametrize("written", ["90s", "4W", "never", "2030-12-31", "2030-12-31T17:00:00Z"])
def test_a_deadline_is_written_as_for_a_document(written):
    assert settings_from("", {"SYGN_EXPIRES": written}).expires == written


def test_a_deadline_that_has_passed_is_found_out_when_it_is_used():
    toml, environment = 'expires = "2020-01-01"', {"SYGN_EXPIRES": "2020-01-02"}
    before = datetime(2020, 1, 1, tzinfo=UTC)
    after = datetime(2020, 1, 3, tzinfo=UTC)
    for settings, named, where in (
        (settings_from(toml, {}), "The setting expires is", "in sygn.toml"),
        (settings_from(toml, environment), "The setting SYGN_EXPIRES is", "a variable"),
    ):
        assert usual_deadline(settings, now=before)
        with pytest.raises(WorkspaceUnusable, match=named) as refused:
            usual_deadline(settings, now=after)
        assert where in str(refused.value.hint)


def test_the_owners_page_is_for_this_machine_unless_told_otherwise():
    assert settings_from("", {}).owner_page == "local"
    assert settings_from('owner_page = "remote"', {}).owner_page == "remote"


@pytest.mark.parametrize(
    "toml",
    [
        "=", "colour = 1", 'public_url = "ftp://x"', "public_url = 1", "expires = 30", 'max_pdf_mb = "1"',
        "max_pdf_mb = 0", "max_pages = true", 'embed_origins = "https://a.example.com"',
        'embed_origins = ["*"]', 'embed_origins = ["https://a.example.com/path"]',
        'trusted_proxies = ["everybody"]', "tsa = 1", 'tsa = ["x"]', 'organisation = ""',
        'organisation = "a\\u0007b"', 'api_burst = "often"', "api_per_minute = 0", "stranger_per_minute = true",
        'owner_page = "everybody"', "owner_page = false",
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused(toml):
    with pytest.raises(WorkspaceUnusable):
        settings_from(toml, {})


MAIL = """
owner = "Ada Lovelace <ada@example.com>"
reminders = [1, 7]
attach_signed = false
attach_max_mb = 2
[smtp]
host = "smtp.example.com"
security = "tls"
user = "sygn"
sender = "Contracts <sygn@example.com>"
"""


def test_mail_is_set_in_the_file_and_its_password_in_the_environment():
    found = settings_from(MAIL, {"SYGN_SMTP_PASSWORD": "horse"})
    assert (found.owner, found.reminders) == ("Ada Lovelace <ada@example.com>", (7, 1))
    assert (found.attach_signed, found.attach_most) == (False, 2 * 1024 * 1024)
    assert found.smtp is not None
    assert (found.smtp.host, found.smtp.port, found.smtp.user) == ("smtp.example.com", 465, "sygn")
    assert found.smtp.password == "horse"
    assert "horse" not in repr(found)


def test_the_environment_goes_before_the_mail_settings_of_the_file():
    found = settings_from(MAIL, {"SYGN_SMTP_HOST": "127.0.0.1", "SYGN_SMTP_SECURITY": "plain"})
    assert found.smtp is not None
    assert (found.smtp.host, found.smtp.port) == ("127.0.0.1", 25)


def test_without_a_host_there_is_no_mail_server():
    assert settings_from("", {}).smtp is None
    assert settings_from("", {"SYGN_SMTP_PASSWORD": "horse"}).smtp is None


@pytest.mark.parametrize(
    "toml",
    [
        "smtp = 3",
        '[smtp]\nsender = "a@b.de"',
        '[smtp]\nhost = "mx"',
        '[smtp]\nhost = "mx"\nsender = "nobody"',
        '[smtp]\nhost = "mx"\nsender = "a@b.de\\r\\nBcc: c@d.de"',
        '[smtp]\nhost = "mx"\nsender = "a@b.de"\npassword = "horse"',
        '[smtp]\nhost = "mx"\nsender = "a@b.de"\nport = 70000',
        '[smtp]\nhost = "mx"\nsender = "a@b.de"\nport = true',
        '[smtp]\nhost = "mx"\nsender = "a@b.de"\nsecurity = "ssl"',
        '[smtp]\nhost = "mx"\nsender = "a@b.de"\nprot = 25',
        'owner = "nobody"',
        "reminders = 3",
        "reminders = [0]",
        "reminders = [true]",
        'attach_signed = "yes"',
        "attach_max_mb = 0",
    ],
)
def test_a_wrong_mail_setting_is_refused(toml):
    with pytest.raises(WorkspaceUnusable):
        settings_from(toml, {})
