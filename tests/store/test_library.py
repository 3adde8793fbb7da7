"""What every store of keys, templates and answers promises, in memory and on disk."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest

from sygn_cli.domain import apikey
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Conflict, NotFound, Tampered, WorkspaceUnusable
from sygn_cli.domain.template import Template
from sygn_cli.store.answers import FileAnswers, MemoryAnswers
from sygn_cli.store.apikeys import FileApiKeys, MemoryApiKeys
from sygn_cli.store.templates import FolderTemplates, MemoryTemplates
from tests.life import NOW, a_field

PDF = b"%PDF-1.7 a template"


@pytest.fixture(params=["memory", "disk"])
def keys(request, tmp_path):
    return MemoryApiKeys() if request.param == "memory" else FileApiKeys(tmp_path)


@pytest.fixture(params=["memory", "disk"])
def templates(request, tmp_path):
    if request.param == "memory":
        return MemoryTemplates()
    return on_disk(tmp_path)


def on_disk(folder) -> FolderTemplates:
    (folder / "templates").mkdir()
    (folder / "tmp").mkdir()
    return FolderTemplates(folder / "templates", folder / "tmp")


def a_key(number: int = 0, **changes):
    values = {"mode": Mode.LIVE, "entropy": bytes([number]) * 32, "at": NOW}
    return apikey.mint(**{**values, **changes})


def a_template(slug: str = "nda", **changes) -> Template:
    values = {
        "title": "Mutual NDA",
        "group": "Law",
        "file_name": "nda.pdf",
        "sha256": sha256(PDF),
        "fields": (a_field("f1", signer=""), a_field("f2", signer="", page=2)),
        "created_at": NOW,
        "parties": {"f2": "Company"},
    }
    return Template(slug, **{**values, **changes})


def test_a_key_comes_back_as_it_was_added(keys):
    key, _ = a_key(label="Ünïcode", expires_at=NOW + timedelta(days=1), partner="acme", tenant="t")
    keys.add(key)
    assert keys.get(key.id) == key
    assert keys.list() == [key]


def test_keys_are_listed_by_age(keys):
    late, _ = a_key(1, at=NOW + timedelta(hours=1))
    early, _ = a_key(2)
    for one in (late, early):
        keys.add(one)
    assert keys.list() == [early, late]


def test_a_key_cannot_be_added_twice(keys):
    key, _ = a_key()
    keys.add(key)
    with pytest.raises(Conflict):
        keys.add(a_key(label="other")[0])
    assert keys.get(key.id) == key


def test_a_revoked_key_stays_revoked_from_the_first_time(keys):
    key, _ = a_key()
    keys.add(key)
    first = keys.revoke(key.id, at=NOW)
    assert keys.revoke(key.id, at=NOW + timedelta(days=1)) == first == keys.get(key.id)
    assert first.revoked_at == NOW


@pytest.mark.parametrize("key_id", ["key_" + "0" * 26, "", "../x", "key_x"])
def test_an_unknown_key_is_not_found(keys, key_id):
    with pytest.raises(NotFound):
        keys.get(key_id)
    with pytest.raises(NotFound):
        keys.revoke(key_id, at=NOW)


def test_the_last_use_is_kept(keys):
    key, _ = a_key()
    keys.add(key)
    assert keys.last_used(key.id) is None
    keys.note_use(key.id, at=NOW)
    assert keys.last_used(key.id) == NOW


def test_a_use_is_written_once_in_ten_minutes(tmp_path):
    keys = FileApiKeys(tmp_path)
    key, _ = a_key()
    for minutes in (0, 1, 9):
        keys.note_use(key.id, at=NOW + timedelta(minutes=minutes))
    assert keys.last_used(key.id) == NOW
    keys.note_use(key.id, at=NOW + timedelta(minutes=11))
    assert FileApiKeys(tmp_path).last_used(key.id) == NOW + timedelta(minutes=11)


def test_a_use_that_cannot_be_written_is_no_error(tmp_path):
    FileApiKeys(tmp_path / "missing").note_use(a_key()[0].id, at=NOW)


def test_a_damaged_record_says_which(tmp_path):
    keys = FileApiKeys(tmp_path)
    key, _ = a_key()
    keys.add(key)
    (tmp_path / f"{key.id}.json").write_bytes(b"{")
    with pytest.raises(WorkspaceUnusable, match=key.id):
        keys.get(key.id)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_records_are_for_their_owner_only(tmp_path):
    FileApiKeys(tmp_path).add(a_key()[0])
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_template_comes_back_as_it_was_added(templates):
    kept = a_template(shared=True, account="p-acme")
    templates.add(kept, PDF)
    assert templates.get("nda") == kept
    assert templates.pdf(kept) == PDF


def test_templates_are_listed_by_group_and_title(templates):
    for slug, group, title in (("c", "B", "x"), ("b", "a", "Y"), ("a", "a", "z")):
        templates.add(a_template(slug, group=group, title=title), PDF)
    assert [one.slug for one in templates.list()] == ["b", "a", "c"]


def test_a_name_is_taken_once_until_it_is_free_again(templates):
    templates.add(a_template(), PDF)
    with pytest.raises(Conflict):
        templates.add(a_template(title="Other"), b"%PDF-other")
    assert templates.get("nda").title == "Mutual NDA"
    templates.remove("nda")
    for verb in (templates.get, templates.remove):
        with pytest.raises(NotFound):
            verb("nda")
    templates.add(a_template(title="Other"), PDF)
    assert templates.get("nda").title == "Other"


@pytest.mark.parametrize("slug", ["", "..", "a/b", "A", "a--b", "-a", "x" * 65])
def test_what_is_no_name_is_not_found(templates, slug):
    with pytest.raises(NotFound):
        templates.get(slug)


def test_of_many_that_add_at_once_one_succeeds(tmp_path):
    templates = on_disk(tmp_path)
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def add(number: int) -> None:
        start.wait()
        try:
            templates.add(a_template(title=f"Number {number}"), PDF)
            outcomes.append(f"Number {number}")
        except Conflict:
            outcomes.append("")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(filter(None, outcomes)) == [templates.get("nda").title]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_changed_pdf_is_found(tmp_path):
    templates = on_disk(tmp_path)
    templates.add(a_template(), PDF)
    (tmp_path / "templates" / "nda" / "source.pdf").write_bytes(b"%PDF-1.7 another")
    with pytest.raises(Tampered):
        templates.pdf(a_template())


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_the_first_answer_is_the_one_that_is_kept(kind, tmp_path):
    answers = MemoryAnswers() if kind == "memory" else FileAnswers(tmp_path)
    assert answers.get("local", "k") is None
    answers.put("local", "k", ("print", 201, b"{}"))
    answers.put("local", "k", ("other", 200, b"[]"))
    assert answers.get("local", "k") == ("print", 201, b"{}")
    assert answers.get("p-acme", "k") is None


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_what_is_begun_is_begun_once_and_ends_with_an_answer_or_is_let_go_of(kind, tmp_path):
    answers = MemoryAnswers() if kind == "memory" else FileAnswers(tmp_path)
    assert answers.begin("local", "k", "print") is None
    assert answers.begin("local", "k", "other") == ("print", 0, b"")
    answers.forget("local", "k")
    assert answers.begin("local", "k", "other") is None
    answers.put("local", "k", ("other", 201, b"{}"))
    answers.forget("local", "k")
    assert answers.begin("local", "k", "third") == ("other", 201, b"{}")


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_one_at_a_time_works_on_a_request(kind, tmp_path):
    answers = MemoryAnswers() if kind == "memory" else FileAnswers(tmp_path)
    seen: list[bool] = []

    def look() -> None:
        with answers.working("local", "k") as alone:
            seen.append(alone)

    for _ in range(2):
        with answers.working("local", "k") as alone, answers.working("local", "another") as too:
            assert alone
            assert too
            one = threading.Thread(target=look)
            one.start()
            one.join()
    look()
    assert seen == [False, False, True]
    assert list(tmp_path.iterdir()) == []
