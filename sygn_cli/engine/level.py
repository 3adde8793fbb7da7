"""PAdES baseline levels (ETSI EN 319 142-1, clause 6)."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How long a seal can be checked, and by what.

    B_B: by the certificates of the signer, as long as they are valid. B_T: a trusted timestamp
    vouches for the time. B_LT: all that is needed to check it is in the file. B_LTA: a timestamp
    over all of that, to be renewed before its authority's certificate expires.
    """

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """Position from 0, the weakest."""
        return list(Level).index(self)
