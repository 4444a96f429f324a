"""The schemas of an object's records: what creates and updates take, and what answers hold
(docs/wire/rest.md#schemas-in-the-document).

A composite type is described once, and referred to by every field of it: a workspace may have thousands of fields.
Related records have schemas without relations, as ``depth=1`` answers them, so that no schema leads back to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...identifiers import capitalised
from ...model.model import Field, Model, Object
from ...model.types.json_schema import nullable
from .links import COMMON_LINK_SCHEMAS, LINK, LINK_SCHEMAS, connect_schema, relation_schema
from .names import Names
from .schemas import Part, list_of, reference
from .text import label, of_field, of_object, of_relation
from .wording import COMPOSITES, MEMBERS

#: Set by the server. They may be written all the same, but a new record's example does without.
_STAMPS = frozenset(("id", "createdAt", "updatedAt", "deletedAt", "position", "createdBy", "updatedBy"))
#: Fields in the example of an update.
_UPDATED = 2


class RecordSchemas:
    """Builds ``components.schemas`` for objects of a model, with examples where it is ``in_full``."""

    def __init__(self, model: Model, names: Names, *, in_full: bool) -> None:
        self._model = model
        self._names = names
        self._in_full = in_full
        self._shared: dict[str, Part] = {}
        self._related: dict[str, Object] = {}
        #: Objects whose records relations are pointed at, each with schemas for that.
        self._linked: dict[str, Object] = {}
        self._own: dict[str, dict[str, Any]] = {}

    def build(self, objects: Iterable[Object]) -> dict[str, Any]:
        """By component name: three schemas for each object, then those of related records, then those that they
        share.
        """
        schemas: dict[str, Any] = {}
        for obj in objects:
            schemas |= self._inputs(obj)
            schemas[self._names.of(obj, "ForResponse")] = self._response(obj)
        for target in self._linked.values():
            connect = self._names.of(target, "Connect")
            schemas[connect] = connect_schema(target)
            schemas[self._names.of(target, "Relation")] = relation_schema(reference(connect))
        for related in self._related.values():
            schemas[self._names.of(related, "ForRelation")] = {
                "type": "object",
                "description": f"{label(related, 'labelSingular')} as a related record, without relations of its own",
                "properties": self._stored(related),
                "required": ["id"],
            }
        return {**schemas, **self._shared}

    def _inputs(self, obj: Object) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for field in obj.stored_fields:
            schema = self._value(field, response=False)
            value = {**(nullable(schema) if field.is_nullable else schema), "description": of_field(field)}
            if field.is_unique:
                value["x-unique"] = True
            for name, id_name in obj.columns_shown(field):
                properties[id_name] = value
                if field.is_many_to_one:
                    self._shared |= COMMON_LINK_SCHEMAS if self._in_full else LINK_SCHEMAS
                    properties[name] = {**self._link(field), "description": f"Which record is in {label(field)}"}
        new = {
            "type": "object",
            "description": of_object(obj),
            "properties": properties,
            "additionalProperties": False,
        }
        changes = {
            "type": "object",
            "description": f"Changes of {label(obj, 'labelPlural')}",
            "properties": {name: schema for name, schema in properties.items() if name != "id"},
            "additionalProperties": False,
        }
        if self._in_full:
            example = _example(obj)
            new["example"], changes["example"] = example, dict(list(example.items())[:_UPDATED])
        return {self._names.of(obj, ""): new, self._names.of(obj, "ForUpdate"): changes}

    def _link(self, field: Field) -> Part:
        """What points a relation at a record: with its unique members by name, where there is room for that."""
        if not self._in_full:
            return LINK
        target = self._model.target_of(field)
        self._linked[target.id] = target
        return reference(self._names.of(target, "Relation"))

    def _response(self, obj: Object) -> Part:
        properties = dict(self._stored(obj))
        for field in obj.fields:
            if field.relation is not None:
                target = self._model.target_of(field)
                self._related[target.id] = target
                related = reference(self._names.of(target, "ForRelation"))
                for name in obj.names_shown(field):
                    properties[name] = {
                        **(list_of(related) if field.is_one_to_many else nullable(related)),
                        "description": of_relation(field, self._model),
                    }
        return {"type": "object", "description": of_object(obj), "properties": properties, "required": ["id"]}

    def _stored(self, obj: Object) -> dict[str, Any]:
        """What an answer holds of a record itself."""
        if (properties := self._own.get(obj.id)) is not None:
            return properties
        properties = self._own[obj.id] = {}
        for field in obj.fields:
            if field.type.is_stored and not field.is_one_to_many:
                schema = self._value(field, response=True)
                for _, id_name in obj.columns_shown(field):
                    properties[id_name] = {
                        **(nullable(schema) if _may_be_null(field) else schema),
                        "description": of_field(field),
                        **({"x-unique": True} if field.is_unique else {}),
                    }
        return properties

    def _value(self, field: Field, *, response: bool) -> Part:
        name = f"{field.type.name}_{'Value' if response else 'Input'}"
        if not field.type.is_composite:
            return self._with_items(name, field.type.openapi(field, response=response))
        if name not in self._shared:
            schema = field.type.openapi(field, response=response)
            self._shared[name] = {
                **self._described(schema, f"{field.type.name}_{{}}_{'Value' if response else 'Input'}"),
                "description": COMPOSITES[field.type.name],
            }
        return reference(name)

    def _described(self, schema: Part, item_name: str = "") -> Part:
        """A schema with descriptions of its members. Objects in lists of them have schemas of their own."""
        members: Mapping[str, Part] = schema["properties"]
        properties = {
            name: {
                **self._with_items(item_name.format(capitalised(name)), member),
                **({"description": MEMBERS[name]} if name in MEMBERS else {}),
            }
            for name, member in members.items()
        }
        return {**schema, "properties": properties}

    def _with_items(self, name: str, schema: Part) -> Part:
        """A list of objects with these named."""
        if "properties" not in schema.get("items", {}):
            return schema
        if name not in self._shared:
            self._shared[name] = {**self._described(schema["items"]), "description": "One of a list"}
        return {**schema, "items": reference(name)}


def _may_be_null(field: Field) -> bool:
    """Records from before a field became mandatory may lack it; system fields are there from the first record on."""
    return field.type.render(field, None) is None and (field.is_nullable or not field.is_system)


def _example(obj: Object) -> dict[str, Any]:
    """A new record that can be created as often as one likes: nothing in it has to be unique, if it can be left out."""
    unique = {field_id for constraint in obj.unique_constraints for field_id in constraint.field_ids}
    fields = (
        field
        for field in obj.stored_fields
        if field.name not in _STAMPS
        and not field.is_many_to_one
        and not (field.is_nullable and (field.is_unique or field.id in unique))
    )
    return {field.name: value for field in fields if (value := field.type.example(field)) is not None}
