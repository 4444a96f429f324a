"""Relations: the two fields that each consists of, and morph relations, which are one such pair for each target
(docs/wire/metadata.md#relations).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..identifiers import capitalised, join_column_of
from ..model.model import Field, Object, Relation, RelationKind
from ..model.types.registry import by_name
from ..validation.errors import InvalidInput, Problem
from .draft import Draft
from .indexes import add_index
from .names import InvalidLabel, name_from_label

_MALFORMED = "FIELD_METADATA_RELATION_MALFORMED"
_INVALID = "INVALID_FIELD_INPUT"
_SOURCE_ICON = "IconRelationOneToMany"
_TARGET_ICON = "Icon123"


class InvalidPayload(Exception):
    """A payload of a new relation that is invalid."""

    def __init__(self, message: str, *, code: str = _MALFORMED, value: Any = None) -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The other side of a new relation."""

    kind: RelationKind
    target: Object
    label: str
    icon: str


def payload(draft: Draft, raw: Any) -> Payload:
    """Check one ``relationCreationPayload``. Raises InvalidPayload."""
    from ..validation.body import validate
    from .bodies import RelationPayload

    if not isinstance(raw, Mapping):
        raise InvalidPayload("Relation creation payload is required", code=_INVALID)
    try:
        body = validate(RelationPayload, raw)
    except InvalidInput as error:
        raise InvalidPayload(f"Relation creation payload is invalid: {error.messages[0]}", value=raw) from None
    target = draft.find_object(body.target_object_metadata_id)
    if target is None:
        raise InvalidPayload("Object metadata relation target not found for relation creation payload", value=raw)
    return Payload(kind=body.type, target=target, label=body.target_field_label, icon=body.target_field_icon)


def morph_payloads(draft: Draft, source: Object, raw: Any) -> list[Payload]:
    """Check ``morphRelationsCreationPayload``. Raises InvalidPayload."""
    if not isinstance(raw, list):
        raise InvalidPayload("Relation creation payload is required", code=_INVALID)
    if not raw:
        raise InvalidPayload("Morph relation creation payloads are empty", value=raw)
    payloads: list[Payload] = []
    bad: list[Any] = []
    for entry in raw:
        try:
            payloads.append(payload(draft, entry))
        except InvalidPayload:
            bad.append(entry)
    if bad:
        raise InvalidPayload("Morph relation input transpilation failed", value=bad)
    if len({entry.kind for entry in payloads}) > 1:
        raise InvalidPayload("Morph relation creation payloads must have the same relation type", value=raw)
    if len({entry.target.id for entry in payloads}) < len(payloads):
        raise InvalidPayload(
            "Morph relation creation payloads must have only relation to the same object metadata", value=raw
        )
    if any(entry.target.id == source.id for entry in payloads):
        raise InvalidPayload("Source object cannot be the target object", code=_INVALID, value=raw)
    return payloads


def inverse_name(label: str) -> str:
    """The name of the field at the other end. Raises InvalidPayload when the label gives none."""
    try:
        return name_from_label(label)
    except InvalidLabel as error:
        raise InvalidPayload(str(error), code=_INVALID, value=label) from error


def morph_name(name: str, kind: RelationKind, target: Object) -> str:
    """The name of a morph relation's field for one target: ``ownerCompany``, ``ownerCompanies``."""
    return name + capitalised(target.name_singular if kind == "MANY_TO_ONE" else target.name_plural)


def relation(kind: RelationKind, target: Object, target_field_id: str, name: str) -> Relation:
    """One side of a relation with what the server decides about it."""
    holds_id = kind == "MANY_TO_ONE"
    return Relation(
        kind=kind,
        target_object_id=target.id,
        target_field_id=target_field_id,
        on_delete="SET_NULL" if holds_id else None,
        join_column=join_column_of(name) if holds_id else None,
    )


def add_pair(
    draft: Draft,
    source_id: str,
    source: Mapping[str, Any],
    other_side: Payload,
    *,
    inverse: Mapping[str, Any] | None = None,
) -> Field:
    """Add both fields of a relation and the index of its join column; the source's is returned.

    ``source`` are attributes of the source field (``name``, ``label``, ``type``, ``morph_id`` …), ``inverse`` those
    that the inverse does not get from the payload.
    """
    owner, target = draft.object(source_id), draft.object(other_side.target.id)
    field_id, inverse_id = draft.new_id(), draft.new_id()
    back: RelationKind = "ONE_TO_MANY" if other_side.kind == "MANY_TO_ONE" else "MANY_TO_ONE"
    description = source.get("description")
    tied = f"{capitalised(owner.name_plural)} tied to the {target.display('labelSingular')}"
    name = source["name"]
    field = draft.add_field(
        owner.id,
        **{
            "is_custom": True,
            "universal_identifier": draft.new_id(),
            **source,
            "id": field_id,
            "icon": source.get("icon") or _SOURCE_ICON,
            "description": description or tied,
            "relation": relation(other_side.kind, target, inverse_id, name),
        },
    )
    name = inverse["name"] if inverse is not None else inverse_name(other_side.label)
    other = {
        "name": name,
        "type": by_name["RELATION"],
        "label": other_side.label,
        "icon": other_side.icon or _TARGET_ICON,
        "description": description or f"{capitalised(target.name_plural)} {owner.display('labelSingular')}",
        "is_custom": True,
        "universal_identifier": draft.new_id(),
        **(inverse or {}),
    }
    other_field = draft.add_field(target.id, **other, id=inverse_id, relation=relation(back, owner, field_id, name))
    holder = field if field.is_many_to_one else other_field
    add_index(draft, draft.owner_of(holder.id).id, [(holder.id, None)], is_custom=True)
    return field


def rename(draft: Draft, field_id: str, name: str, **attributes: Any) -> Field:
    """Give a field a name; a join column follows."""
    field = draft.field(field_id)
    if field.relation is not None and field.relation.join_column is not None:
        attributes["relation"] = replace(field.relation, join_column=join_column_of(name))
    return draft.set_field(field_id, name=name, **attributes)


def morph_siblings(obj: Object, field: Field) -> list[Field]:
    """The other members of a morph relation's group."""
    if field.morph_id is None:
        return []
    return [member for member in obj.fields if member.morph_id == field.morph_id and member.id != field.id]


def follow_rename(draft: Draft, before: Object, after: Object) -> None:
    """Rename the morph fields that have the name of a renamed object."""
    for obj in list(draft.objects.values()):
        for field in obj.fields:
            if field.morph_id is None or field.relation is None or field.relation.target_object_id != after.id:
                continue
            old = morph_name("", field.relation.kind, before)
            if field.name.endswith(old):
                label = {} if field.label != before.label_singular else {"label": after.label_singular}
                rename(
                    draft, field.id, field.name.removesuffix(old) + morph_name("", field.relation.kind, after), **label
                )


def group_name(obj: Object, members: Sequence[Field], draft: Draft) -> str:
    """What the names of a morph group's members have in common: the name that it was created with."""
    first = members[0]
    assert first.relation is not None
    suffix = morph_name("", first.relation.kind, draft.object(first.relation.target_object_id))
    return first.name.removesuffix(suffix)
