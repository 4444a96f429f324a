"""The objects that a request for a part of the document names."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import BadRequest
from ...model.model import Model


class UnknownObjects(BadRequest):
    """``objects`` names what the workspace does not have, or nothing."""

    def __init__(self, names: Sequence[str]) -> None:
        what = f"object '{names[0]}'" if len(names) == 1 else f"objects {', '.join(f"'{name}'" for name in names)}"
        super().__init__(
            f"objects parameter invalid. {what} not found. eg: companies"
            if names
            else "objects parameter invalid. It names no object. eg: companies,people",
            sub_code="INVALID_QUERY_INPUT",
        )


def chosen(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """The ids of the objects with these names, singular or plural, in the order of the ids.

    No name belongs to two objects. Raises UnknownObjects.
    """
    if not names:
        raise UnknownObjects(())
    found = {name: model.by_plural.get(name) or model.by_singular.get(name) for name in names}
    if unknown := [name for name, obj in found.items() if obj is None]:
        raise UnknownObjects(unknown)
    return tuple(sorted({obj.id for obj in found.values() if obj is not None}))
