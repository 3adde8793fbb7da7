"""Letters where there is no mail server: ``.eml`` files, which any mail program opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain.errors import SygnError
from sygn_cli.domain.mail import Handover, Outcome
from sygn_cli.domain.moment import to_wire
from sygn_cli.store import durable, trouble

if TYPE_CHECKING:
    from pathlib import Path

    from sygn_cli.domain.mail import Letter


class MailFolder:
    """Writes each letter into a file of its own; nobody is told.

    Args:
        folder: Private like the workspace, since letters hold signing links.
    """

    delivers = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> Handover:
        """Write the letter; durable on return, and once however often it is asked for."""
        from sygn_cli.delivery.mail_format import message_bytes  # noqa: PLC0415 - 30 ms

        day = to_wire(letter.at)[:10]
        path = self._folder / f"{day}_{letter.id}.eml"
        try:
            content = message_bytes(letter)
        except SygnError as error:
            return Handover(Outcome.REFUSED, error.message)
        try:
            with trouble.guarded(path):
                durable.make_folder(self._folder)
                durable.put_if_absent(path, content)
        except SygnError as error:
            return Handover(Outcome.LATER, error.message)
        return Handover(Outcome.KEPT, str(path))

    def check(self) -> str:
        """Say where letters are kept."""
        return str(self._folder)
