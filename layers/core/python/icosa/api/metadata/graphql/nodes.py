"""Objects, fields and indexes as resolvers hand them on.

Each is a dictionary of its members, which GraphQL's default resolver reads, and knows the version of the model that it
was taken from: a deleted object still shows its fields.
"""

from __future__ import annotations

from typing import Any

from ....metadata.render import field_members, index_members, object_members
from ....model.model import Field, Index, Model, Object


class ObjectNode(dict[str, Any]):
    """An object of a model."""

    __slots__ = ("model", "object")

    def __init__(self, model: Model, obj: Object) -> None:
        super().__init__(object_members(model, obj))
        self.model = model
        self.object = obj


class FieldNode(dict[str, Any]):
    """A field of an object."""

    __slots__ = ("field", "model", "object")

    def __init__(self, model: Model, obj: Object, field: Field) -> None:
        super().__init__(field_members(model, obj, field))
        self.model = model
        self.object = obj
        self.field = field


class IndexNode(dict[str, Any]):
    """An index of an object."""

    __slots__ = ("model", "object")

    def __init__(self, model: Model, obj: Object, index: Index) -> None:
        super().__init__(index_members(index))
        self.model = model
        self.object = obj


def field_nodes(model: Model, obj: Object) -> list[FieldNode]:
    """The fields of an object, in metadata order."""
    return [FieldNode(model, obj, field) for field in obj.fields]


def index_nodes(model: Model, obj: Object) -> list[IndexNode]:
    """The indexes of an object."""
    return [IndexNode(model, obj, index) for index in obj.indexes]
