"""The guarded HTTP client, imported when the first request is made: ``ssl`` alone takes 10 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sygn_cli.domain.webhook import Answer


class LazyHttp:
    """Makes the requests of :class:`sygn_cli.delivery.http.GuardedHttp`."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool
    ) -> Answer:
        """Send a body; see :meth:`GuardedHttp.post`."""
        from sygn_cli.delivery.http import GuardedHttp  # noqa: PLC0415 - see above

        return GuardedHttp().post(url, body, headers, allow_private=allow_private)

    def fetch(self, url: str, *, most: int, allow_private: bool = False) -> bytes:
        """Return what lies at a URL; see :meth:`GuardedHttp.fetch`."""
        from sygn_cli.delivery.http import GuardedHttp  # noqa: PLC0415 - see above

        return GuardedHttp().fetch(url, most=most, allow_private=allow_private)
