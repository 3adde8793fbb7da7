"""Templates: a PDF with its fields and parties, kept under a name to be sent again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.document import LOCAL_ACCOUNT, LONGEST_TITLE
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.routing import owners, says_who, signer_called

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.signer import Invitee

SLUG: Final = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_GROUP: Final = 100


@dataclass(frozen=True, slots=True)
class Template:
    """A PDF ready to be sent.

    Attributes:
        slug: Its name in addresses and options.
        group: Heading under which lists show it, "" for none.
        file_name: Name of the PDF without folders.
        sha256: Hash of the PDF.
        fields: Places to fill, of no signer yet.
        parties: Whose each field is, by field id, as the PDF names them ("Company"), or a
            signer's id or e-mail address; fields that are missing here are the first signer's.
        shared: Every account may use it, not only its own.
    """

    slug: str
    title: str
    group: str
    file_name: str
    sha256: str
    fields: tuple[Field, ...]
    created_at: datetime
    parties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    account: str = LOCAL_ACCOUNT
    shared: bool = False

    def __post_init__(self) -> None:
        check_slug(self.slug)
        text.require(self.title, what="The title", longest=LONGEST_TITLE)
        text.clean(self.group, what="The group", longest=LONGEST_GROUP)

    @property
    def roles(self) -> tuple[str, ...]:
        """The parties in reading order; signers take these places one by one."""
        ordered = sorted(self.fields, key=lambda f: (f.page, round(f.box.y / 6), f.box.x))
        named = (self.parties.get(one.id, "") for one in ordered)
        return tuple(dict.fromkeys(party for party in named if party))

    @property
    def named_parties(self) -> dict[str, str]:
        """The party of each field, "" for none, but of those kept for an id or address."""
        whose = {one.id: self.parties.get(one.id, "") for one in self.fields}
        return {field_id: party for field_id, party in whose.items() if not says_who(party)}

    def is_for(self, account: str) -> bool:
        """Tell whether an account may see and use it."""
        return self.shared or account == self.account

    def fields_for(
        self, invitees: Sequence[Invitee], assigned: Container[str] = ()
    ) -> tuple[Field, ...]:
        """Return the fields routed to signers: by role where one is given, else by place.

        Fields that are assigned, by their ids, may be kept for somebody who does not sign: whose
        they are then is said elsewhere.

        Raises:
            InvalidRequest: A field is kept for an id or address that is no signer's.
        """
        parties = [party for party in self.roles if not says_who(party)]
        owner = dict(owners(parties, invitees))
        for one in self.fields:
            party = self.parties.get(one.id, "")
            if party and party not in owner and says_who(party) and one.id not in assigned:
                owner[party] = signer_called(party, invitees, what=f"Field {one.id}")
        return tuple(
            one.for_signer(owner.get(self.parties.get(one.id, ""), "s1")) for one in self.fields
        )


def check_slug(slug: str) -> str:
    """Return the slug.

    Raises:
        InvalidRequest: It is not written as one.
    """
    if not SLUG.fullmatch(slug):
        raise InvalidRequest(
            f"{text.printable(slug)!r} is no name of a template.",
            hint="Use small letters, digits and single hyphens, like non-disclosure-agreement.",
        )
    return slug
