"""Which indexes come and go by use (docs/storage.md#indexes-by-use), and by what name their use is noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from .model import Model, Object
from .types.base import Leaf

#: The setting ``indexes`` of a workspace.
IndexSetting = Literal["auto", "advise", "all", "declared"]

#: That of workspaces which have not chosen: what they have stays.
UNCHOSEN: Final[IndexSetting] = "advise"
#: That with which workspaces begin.
CHOSEN_FOR_NEW: Final[IndexSetting] = "auto"

#: Leaves of every object that the product itself reads by: what has changed lately, ledgers, the next position.
_KEPT: Final = frozenset((("createdAt",), ("updatedAt",), ("position",)))


def is_tunable(leaf: Leaf) -> bool:
    """Whether an index of the leaf alone may come and go."""
    return leaf.may_have_rows and leaf.path not in _KEPT and not leaf.index.serves_search


def use_name(leaf: Leaf) -> str:
    """The name of a leaf in notes of its use: that of its index whatever rows it has, ``f7`` or ``f7.firstName``."""
    return leaf.field.key if leaf.subfield is None else f"{leaf.field.key}.{leaf.subfield}"


def noted_indexes(model: Model) -> Mapping[tuple[str, str], str]:
    """The indexes whose use is noted: by the keys of the object and of the leaf, the leaf's name in notes."""
    return model.cached(_noted)


def _noted(model: Model) -> Mapping[tuple[str, str], str]:
    return {(obj.key, leaf.key): use_name(leaf) for obj in model.objects for leaf in tunable_leaves(obj)}


def tunable_leaves(obj: Object) -> list[Leaf]:
    """The leaves of an object whose indexes may come and go."""
    return [leaf for field in obj.fields if field.type.is_stored for leaf in field.leaves if is_tunable(leaf)]
