"""How new the data of a workspace is: two numbers in its row, which every request reads with its key.

``format`` says how rows are laid out, ``standard`` which standard objects and fields the workspace has. A workspace
made by this code has ``CURRENT``; one that has less is brought there by migrations (``metadata.migrations``), and one
whose format is beyond ``READABLE_FORMAT`` is refused: a later release has written rows that this one would misread.
The rules by which these numbers grow are in docs/deploying.md#upgrades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from ..errors import WorkspaceUnavailable
from . import keys
from .ops import EXISTS, UpdateItem

FORMAT: Final = "formatVersion"
STANDARD: Final = "standardVersion"
#: Versions of workspaces whose row has none: those made by 0.2 and before.
_FIRST: Final = {FORMAT: 1, STANDARD: 0}
#: After how many seconds a client should ask again while another release takes over.
RETRY_SECONDS: Final = 30

#: The newest format that this code reads, and the one of the rows that it writes.
READABLE_FORMAT: Final = 2
WRITTEN_FORMAT: Final = 2


class FormatTooNew(WorkspaceUnavailable):
    """The workspace's rows are of a release later than this one, as happens during a rollout or after going back."""

    retry_after = RETRY_SECONDS

    def __init__(self, found: int) -> None:
        super().__init__(
            f"This workspace's data has format {found}, and this server reads formats up to {READABLE_FORMAT}. "
            "A newer version of the server is being rolled out, or was taken back. Please try again later.",
            sub_code="DATA_FORMAT_TOO_NEW",
        )


@dataclass(frozen=True, slots=True)
class Versions:
    """What a workspace's row says about its data."""

    format: int
    standard: int

    @classmethod
    def parse(cls, workspace_item: Mapping[str, Any]) -> Self:
        return cls(int(workspace_item.get(FORMAT, _FIRST[FORMAT])), int(workspace_item.get(STANDARD, _FIRST[STANDARD])))

    def attributes(self) -> dict[str, int]:
        """What ``parse`` reads."""
        return {FORMAT: self.format, STANDARD: self.standard}

    @property
    def is_behind(self) -> bool:
        """Whether migrations are to be done."""
        return self.format < CURRENT.format or self.standard < CURRENT.standard

    def require_readable(self) -> None:
        """Raises FormatTooNew."""
        if self.format > READABLE_FORMAT:
            raise FormatTooNew(self.format)


#: What a new workspace has, and what migrations lead to.
CURRENT: Final = Versions(format=2, standard=3)


def lowered(ws: str) -> UpdateItem:
    """Let a workspace's standard objects count as those of the first release: their migrations are done again."""
    values = {":first": _FIRST[STANDARD]}
    return UpdateItem(keys.workspace(ws), f"SET {STANDARD} = :first", EXISTS, values=values)


def raised(ws: str, attribute: str, *, seen: int, version: int) -> UpdateItem:
    """Give a workspace's row the version that a migration has led to, unless it has another than ``seen`` by now."""
    known = f"{attribute} = :seen"
    condition = f"(attribute_not_exists({attribute}) OR {known})" if seen == _FIRST[attribute] else known
    return UpdateItem(
        keys.workspace(ws),
        f"SET {attribute} = :version",
        f"{EXISTS} AND {condition}",
        values={":version": version, ":seen": seen},
    )
