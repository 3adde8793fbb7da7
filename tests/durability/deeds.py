"""Everything that changes a workspace, each as one thing that a process does and tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sygn_cli.domain.errors import Conflict, InvalidRequest, NotFound, StateConflict, SygnError
from tests.durability import care, paper
from tests.durability.scene import HOUR, START, Process

ACT: Final = START + HOUR
# By then whatever failed once or twice is tried again.
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Deed:
    """One thing that a process does.

    Attributes:
        prepare: Makes what has to be there before.
        act: Does it; it is acknowledged when this returns.
        blind: Whether somebody who got no answer does it again without looking.
        done: What they are told if it had been done.
        at: When it is done.
        pause: After how long somebody looks and does it again; claims have run out by then.
        again: Whether an event of it may be there twice after that.
        told: Whether anybody is told that it had been done; what nobody was told of is done again.
        repairs: Whether something is wrong before it is done.
    """

    name: str
    prepare: Callable[[Process], object]
    act: Callable[[Process], object]
    blind: bool = True
    done: tuple[type[SygnError], ...] = ()
    at: datetime = ACT
    pause: timedelta = HOUR
    again: bool = False
    told: bool = True
    repairs: bool = False


GONE: Final = (NotFound,)
DEEDS: Final = (
    Deed("create", care.nothing, paper.create),
    Deed("change a draft", paper.draft, paper.change_draft),
    Deed("send", paper.draft, paper.send),
    Deed("view", paper.document, paper.view, told=False),
    Deed("consent", paper.document, paper.agree),
    Deed("enter something", paper.consented, paper.enter, blind=False),
    Deed("sign", paper.consented, paper.sign),
    Deed("sign and seal", paper.sealable, paper.seal),
    Deed("decline", paper.document, paper.decline, done=(StateConflict,)),
    Deed("delegate", paper.document, paper.delegate, done=GONE),
    Deed("correct a signer", paper.document, paper.correct, done=(InvalidRequest,)),
    Deed("ask", paper.document, paper.question, pause=timedelta(minutes=1)),
    Deed("void", paper.document, paper.void),
    Deed("expire", paper.document, paper.expire, at=START + timedelta(days=31), told=False),
    Deed("change the deadline", paper.document, paper.deadline),
    Deed("remind", paper.document, paper.remind, blind=False),
    Deed("new link", paper.document, paper.new_link, blind=False, again=True),
    Deed("identity step", paper.with_code, paper.enter_code, blind=False),
    Deed("unlock", paper.with_code, paper.unlock, blind=False),
    Deed("deliver mail", paper.for_one, paper.deliver_mail),
    Deed("deliver webhooks", paper.for_one, paper.deliver_webhooks),
    Deed("fail with mail again", paper.mail_failed, paper.fail_mail, pause=DAY),
    Deed("fail with webhooks again", paper.webhooks_failed, paper.fail_webhooks, pause=DAY),
    Deed("add an endpoint", care.nothing, care.endpoint, blind=False),
    Deed("new secret", care.nothing, care.turn_secret, blind=False),
    Deed("disable an endpoint", paper.for_one, care.be_refused),
    Deed("enable an endpoint", care.disabled, care.enable_endpoint),
    Deed("remove an endpoint", care.endpoint, care.remove_endpoint, done=GONE),
    Deed("make a key", care.nothing, care.key, blind=False),
    Deed("revoke a key", care.key, care.revoke_key),
    Deed("add a template", care.nothing, care.template, done=(Conflict,)),
    Deed("remove a template", care.template, care.remove_template, done=GONE),
    Deed("rotate the seal's key", care.nothing, care.rotate_seal, blind=False),
    Deed("import a seal's key", care.from_an_authority, care.import_seal),
    Deed("protect the keys", care.protected, care.protect),
    Deed("revoke the seal's key", care.nothing, care.revoke_seal),
    Deed("new owner link", care.nothing, care.new_owner_link, blind=False),
    Deed("purge", care.ended, care.purge, at=care.LATER),
    # What it found gone already may be back, to be found again.
    Deed("repair", care.damaged, care.repair, repairs=True, told=False),
    Deed("backup", care.ended, care.backup),
    Deed("restore", care.backed_up, care.restore, blind=False),
)
BY_NAME: Final = {deed.name: deed for deed in DEEDS}
