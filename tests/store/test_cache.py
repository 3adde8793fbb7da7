"""The cache keeps what it can and never fails."""

from __future__ import annotations

import pytest

from sygn_cli.store.cache import FolderCache, MemoryCache


@pytest.fixture(params=["folder", "memory"])
def cache(request, tmp_path):
    return FolderCache(tmp_path / "cache") if request.param == "folder" else MemoryCache()


def test_what_is_put_can_be_had(cache):
    assert cache.get("abc.webp") is None
    cache.put("abc.webp", b"1")
    cache.put("abc.webp", b"2")
    assert cache.get("abc.webp") == b"2"


def test_a_cache_that_cannot_be_written_forgets(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = FolderCache(tmp_path / "cache")
    cache.put("abc.webp", b"1")
    assert cache.get("abc.webp") is None


def test_no_litter_is_left(tmp_path):
    cache = FolderCache(tmp_path)
    cache.put("abc.webp", b"1")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["abc.webp"]


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "A" * 300])
def test_a_key_is_no_path(tmp_path, key):
    with pytest.raises(ValueError, match="cache key"):
        FolderCache(tmp_path).get(key)
