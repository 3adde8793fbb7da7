"""Small PDFs that take a reader for ever, or all the memory there is."""

import zlib

from tests.engine.papers import raw


def nested_forms(depth=30):
    """5 kB: each form draws the one below twice."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</XObject<</F 5 0 R>>>>"
        b"/Contents 4 0 R>>",
        _stream(b"/F Do"),
    ]
    for level in range(depth):
        below = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level) if level < depth - 1 else b""
        content = b"/F Do /F Do" if below else b"0 0 9 9 re f"
        objects.append(_stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]" + below))
    return raw(objects)


def deflated(size=2**30):
    """1 MB of nothing that unpacks to a gigabyte of it."""
    packer = zlib.compressobj(9)
    chunk = b" " * 2**20
    packed = b"".join(packer.compress(chunk) for _ in range(size // len(chunk))) + packer.flush()
    return raw([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        _stream(packed, b"/Filter/FlateDecode"),
    ])  # fmt: skip


def looped_pages():
    """A page tree that contains itself."""
    return raw([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>",
    ])  # fmt: skip


def _stream(content, entries=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)
