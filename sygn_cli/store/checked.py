"""Files whose bytes were found to be what their name says, for as long as they stay untouched.

To hash a PDF of 20 MB for each of its 500 pages takes longer than to draw them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sygn_cli.store import blobs, reading
from sygn_cli.store.newest import Newest

if TYPE_CHECKING:
    from pathlib import Path

    from sygn_cli.store.workspace import DocumentFolder

_MOST: Final = 256
# Nobody but the system sets the time of the last change, so bytes put in their place are noticed.
# Windows tells the time of creation there instead.
_State: TypeAlias = tuple[int, int, int, int]


class Checked:
    """The last blobs; any number of threads may use it at once."""

    def __init__(self) -> None:
        self._good: Newest[Path, _State] = Newest(_MOST)

    def path(self, folder: DocumentFolder, wanted: str) -> Path:
        """Return where the bytes of that hash lie.

        Raises:
            NotFound: The document has no such blob.
            Tampered: It is gone, or what lies there are other bytes.
        """
        path = blobs.find(folder.blobs, wanted)
        if path is None:
            raise reading.no_blob(folder, wanted)
        try:
            state = _state(path)
        except FileNotFoundError:  # purged since
            raise reading.no_blob(folder, wanted) from None
        if self._good.get(path) != state:
            reading.blob(folder, wanted)
            self._good.put(path, state)
        return path


def _state(path: Path) -> _State:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
