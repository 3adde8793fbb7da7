"""What may be found after a deed was cut short, and whether doing it again comes to the same end."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sygn_cli.store.archive import members
from tests.durability.deeds import Deed
from tests.durability.scene import Process, View, assert_sound, left_of_purged, view

# Made anew each time, so only whether it is another counts.
_CHANCE: Final = ("seal", "owner", "link")


@dataclass(frozen=True)
class Case:
    """A deed, the folder in which it is to be done, and what is found before and after it.

    Attributes:
        heard: What the world outside takes while it is done.
    """

    deed: Deed
    template: Path
    before: View
    after: View
    heard: frozenset[str] = frozenset()

    def copy(self, folder: Path) -> Path:
        """Put the scene as it was before the deed into a folder."""
        shutil.copytree(self.template, folder)
        return folder

    def process(self, folder: Path, **how: Any) -> Process:
        """Return the process that does the deed."""
        return Process(folder, at=self.deed.at, seed="first", **how)


def case(deed: Deed, folder: Path) -> Case:
    """Make the scene of a deed, and do it once to see what comes of it."""
    template = folder / "template"
    template.mkdir()
    first = Process(template, seed="prepare")
    assert first.runtime.keys.owner_key()
    assert first.runtime.keys.link_key()
    assert first.keys.credential()
    deed.prepare(_with_endpoint(first))
    shutil.rmtree(template / ".sygn" / "cache")  # made again at will
    made = Case(deed, template, {}, {})
    before = view_of(made.process(made.copy(folder / "before")))
    after_folder = made.copy(folder / "after")
    deed.act(made.process(after_folder))
    heard = frozenset(made.process(after_folder).outside.heard())
    later = Process(after_folder, at=deed.at + deed.pause, seed="look")
    after = relative(view_of(later), before)
    assert_sound(later)
    for name in ("before", "after"):
        shutil.rmtree(folder / name)
    return Case(deed, template, before, after, heard)


def _with_endpoint(process: Process) -> Process:
    from sygn_cli.services import webhooks

    webhooks.add(process.runtime, webhooks.Wanted("https://hooks.example.com/all"))
    return process


def view_of(process: Process) -> View:
    """Return what a workspace says, and the backup beside it."""
    file = process.folder / "b.tar"
    found = view(process)
    found["backup"] = None
    if file.exists():
        with file.open("rb") as source:
            found["backup"] = sum(len(b"".join(one.chunks)) > 0 for one in members(source)) > 5
    return found


def relative(found: View, before: View) -> View:
    """Return it with what is made by chance as whether that is another than before."""
    return found | {name: found[name] == before[name] for name in _CHANCE}


def judge(
    case: Case,
    folder: Path,
    *,
    acknowledged: bool,
    power: bool = False,
    turn: int = 1,
    **how: Any,
) -> bool:
    """Fail unless a scene is as it may be, and doing the deed again comes to the same end.

    Args:
        case: What was being done.
        folder: What is left.
        acknowledged: Whether it was said to be done.
        power: The machine went down, and not the process alone.
        turn: How many had a look at it, or did it again, before and with this one.
        how: For the process that looks.

    Returns:
        Whether it was done, wholly, before it was done again.
    """
    deed = case.deed
    at = deed.at + turn * deed.pause
    later = Process(folder, at=at, seed=f"again {turn}", **how)
    if not later.place.exists():
        assert not acknowledged
        (aside,) = folder.glob(".sygn.before-restore-*")  # a restore, between two renames
        assert (aside / "sygn.json").exists()
        found = None
    else:
        if acknowledged:
            assert left_of_purged(later) == []
        if power and (acknowledged or not deed.repairs):  # which keeps what healing cuts off
            later.store.heal_all()
        found = relative(view_of(later), case.before)
        if acknowledged:
            # A power cut may undo that a try failed: it is made again.
            known = found | {"put off": case.after["put off"]} if power else found
            assert known == case.after
        _assert_between(case, found)
        if not deed.repairs or acknowledged:
            assert_sound(later)
    was_done = found == case.after
    if not was_done or deed.repairs or (deed.blind and (acknowledged or not power)):
        do_again(deed, later, allowed=was_done)
        later = Process(folder, at=at, seed="look", **how)
        found = relative(view_of(later), case.before)
        assert (_once(found) if deed.again else found) == case.after
        assert_sound(later)
    return was_done


def do_again(deed: Deed, later: Process, *, allowed: bool) -> bool:
    """Do a deed that may be done already; tell whether that was acknowledged."""
    try:
        deed.act(later)
    except deed.done:
        if not allowed:
            raise
        return False
    return True


def _assert_between(case: Case, found: View) -> None:
    before, after = relative(case.before, case.before), case.after
    for name in {*before, *after, *found}:
        then, now, at_last = before.get(name), found.get(name), after.get(name)
        if now in (then, at_last):
            continue
        if name == "put off" and (now or ())[: len(then or ())] == (then or ()):
            continue  # a letter that cannot be written for a moment is a try that failed
        # A document may have come part of the way.
        assert isinstance(now, tuple), f"{name}: {now!r}"
        assert now[: len(then or ())] == (then or ()), f"{name}: {now!r}"
        assert (at_last or ())[: len(now)] == now, f"{name}: {now!r}"


def _once(found: View) -> View:
    return {
        name: tuple(one for one, _ in groupby(what)) if isinstance(what, tuple) else what
        for name, what in found.items()
    }
