"""Names of components and operations, which must be unique within a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from ...identifiers import capitalised
from ...model.model import Object

#: What ends the name of each schema of an object, after the object's own name.
First = Literal["", "ForUpdate", "ForResponse"]
Later = Literal["ForRelation", "Page", "Duplicates", "DuplicatesBody", "Group", "Outcome", "Connect", "Relation"]
Suffix = First | Later

#: Clients rely on the names of the first, so they are given before all others.
_TURNS: Final[tuple[tuple[Suffix, ...], ...]] = (get_args(First), get_args(Later))


class Names:
    """The component names of objects: ``Person``, ``PersonForUpdate``, ``PersonForResponse`` and so on.

    Two objects may want the same one (``rocket`` and ``rocketForUpdate``): the later one's then ends in an underscore.
    The names of an object depend on all objects, so that they are the same in the whole document and in a part of it.
    """

    def __init__(self, objects: Iterable[Object]) -> None:
        self._taken: set[str] = set()
        objects = tuple(objects)
        self._by_object: dict[tuple[str, Suffix], str] = {
            (obj.id, suffix): self.claim(f"{capitalised(obj.name_singular)}{suffix}")
            for suffixes in _TURNS
            for obj in objects
            for suffix in suffixes
        }

    def claim(self, wanted: str) -> str:
        """``wanted``, or the like of it that is free."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def of(self, obj: Object, suffix: Suffix) -> str:
        return self._by_object[obj.id, suffix]
