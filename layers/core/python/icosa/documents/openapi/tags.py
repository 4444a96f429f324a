"""Tags: what a document's operations are listed under, in the order of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...model.model import Object
from .schemas import Part
from .text import of_object

GENERAL: Final = "General"
_GENERAL_GROUP: Final = "General"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """``label`` is what people read (``x-displayName``), ``group`` the heading above it (``x-tagGroups``)."""

    name: str
    label: str
    description: str
    group: str

    @property
    def part(self) -> Part:
        return {"name": self.name, "description": self.description, "x-displayName": self.label}


_OWN: Final = Tag(name=GENERAL, label=GENERAL, description="General requests", group=_GENERAL_GROUP)


def tag_members(tags: Iterable[Tag]) -> dict[str, Any]:
    """The members ``tags`` and ``x-tagGroups`` of a document: groups as they come, and tags by their groups."""
    groups: dict[str, list[Tag]] = {}
    for tag in (_OWN, *tags):
        groups.setdefault(tag.group, []).append(tag)
    return {
        "tags": [tag.part for group in groups.values() for tag in group],
        "x-tagGroups": [{"name": name, "tags": [tag.name for tag in group]} for name, group in groups.items()],
    }


_STANDARD, _CUSTOM, _SYSTEM = _GROUPS = ("Standard objects", "Custom objects", "System objects")
_RANKS: Mapping[str, int] = {group: rank for rank, group in enumerate(_GROUPS)}


def object_tags(objects: Iterable[Object]) -> list[tuple[Object, Tag]]:
    """Objects with their tags, in the order of use: standard ones as they are shipped, then custom ones by their
    labels, then those that serve others.
    """
    tagged = [
        (
            obj,
            Tag(
                name=obj.name_plural,
                label=_one_line(obj.display("labelPlural")) or obj.name_plural,
                description=of_object(obj),
                group=_SYSTEM if obj.is_system else _CUSTOM if obj.is_custom else _STANDARD,
            ),
        )
        for obj in objects
    ]
    return sorted(tagged, key=lambda pair: (_RANKS[pair[1].group], _place(*pair)))


def _place(obj: Object, tag: Tag) -> tuple[str, str]:
    """Sorting is stable: what has no place of its own stays where the model has it."""
    return (tag.label.casefold(), obj.name_plural) if tag.group == _CUSTOM else ("", "")


def _one_line(text: str | None) -> str:
    """Labels are no Markdown."""
    return " ".join((text or "").split())
