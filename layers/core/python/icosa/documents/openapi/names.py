"""Names of components and operations, which must be unique within a document."""

from __future__ import annotations

from collections.abc import Iterable

from ...identifiers import capitalised
from ...model.model import Object


class Names:
    """The component names of objects: ``Person``, ``PersonForUpdate``, ``PersonForResponse``.

    Two objects may want the same one (``rocket`` and ``rocketForUpdate``): the later one's then ends in an underscore.
    """

    def __init__(self, objects: Iterable[Object]) -> None:
        self._taken: set[str] = set()
        self._by_object: dict[tuple[str, str], str] = {}
        for obj in objects:
            for suffix in ("", "ForUpdate", "ForResponse"):
                self._by_object[obj.id, suffix] = self.claim(f"{capitalised(obj.name_singular)}{suffix}")

    def claim(self, wanted: str) -> str:
        """``wanted``, or the like of it that is free."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def create(self, obj: Object) -> str:
        return self._by_object[obj.id, ""]

    def update(self, obj: Object) -> str:
        return self._by_object[obj.id, "ForUpdate"]

    def response(self, obj: Object) -> str:
        return self._by_object[obj.id, "ForResponse"]
