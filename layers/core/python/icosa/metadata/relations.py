"""Relations: the two fields that each consists of, and morph relations, which are one such pair for each target
(spec/metadata.md §8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..identifiers import capitalised, is_uuid
from ..model.model import Field, Object, Relation, RelationKind
from ..model.types.registry import by_name
from ..validation.errors import Problem
from .draft import Draft
from .indexes import add_index
from .names import InvalidLabel, name_from_label

_MALFORMED = "FIELD_METADATA_RELATION_MALFORMED"
_INVALID = "INVALID_FIELD_INPUT"
_KINDS = ("MANY_TO_ONE", "ONE_TO_MANY")
_SOURCE_ICON = "IconRelationOneToMany"
_TARGET_ICON = "Icon123"


class Malformed(Exception):
    """A payload that no relation can be made from."""

    def __init__(self, message: str, *, code: str = _MALFORMED, value: Any = None) -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What the other side of a new relation is."""

    kind: RelationKind
    target: Object
    label: str
    icon: str


def payload(draft: Draft, raw: Any) -> Payload:
    """Check one ``relationCreationPayload``. Raises Malformed."""
    if not isinstance(raw, Mapping):
        raise Malformed("Relation creation payload is required", code=_INVALID)
    prefix = "Relation creation payload is invalid: "
    target_id = raw.get("targetObjectMetadataId")
    if not is_uuid(target_id):
        raise Malformed(f"{prefix}targetObjectMetadataId must be a UUID", value=raw)
    if raw.get("type") not in _KINDS:
        raise Malformed(f"{prefix}type must be one of the following values: {', '.join(_KINDS)}", value=raw)
    for name in ("targetFieldLabel", "targetFieldIcon"):
        if not isinstance(raw.get(name), str):
            raise Malformed(f"{prefix}{name} must be a string", value=raw)
    target = draft.find_object(str(target_id).lower())
    if target is None:
        raise Malformed("Object metadata relation target not found for relation creation payload", value=raw)
    return Payload(
        kind=raw["type"], target=target, label=raw["targetFieldLabel"].strip(), icon=raw["targetFieldIcon"].strip()
    )


def morph_payloads(draft: Draft, source: Object, raw: Any) -> list[Payload]:
    """Check ``morphRelationsCreationPayload``. Raises Malformed."""
    if not isinstance(raw, list):
        raise Malformed("Relation creation payload is required", code=_INVALID)
    if not raw:
        raise Malformed("Morph relation creation payloads are empty", value=raw)
    found: list[Payload] = []
    bad: list[Any] = []
    for one in raw:
        try:
            found.append(payload(draft, one))
        except Malformed:
            bad.append(one)
    if bad:
        raise Malformed("Morph relation input transpilation failed", value=bad)
    if len({one.kind for one in found}) > 1:
        raise Malformed("Morph relation creation payloads must have the same relation type", value=raw)
    if len({one.target.id for one in found}) < len(found):
        raise Malformed(
            "Morph relation creation payloads must have only relation to the same object metadata", value=raw
        )
    if any(one.target.id == source.id for one in found):
        raise Malformed("Source object cannot be the target object", code=_INVALID, value=raw)
    return found


def inverse_name(label: str) -> str:
    """The name of the field at the other end. Raises Malformed when the label gives none."""
    try:
        return name_from_label(label)
    except InvalidLabel as error:
        raise Malformed(str(error), code=_INVALID, value=label) from error


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
        join_column=f"{name}Id" if holds_id else None,
    )


def add_pair(
    draft: Draft,
    source_id: str,
    source: Mapping[str, Any],
    wanted: Payload,
    *,
    inverse: Mapping[str, Any] | None = None,
) -> Field:
    """Add both fields of a relation and the index of its join column; the source's is returned.

    ``source`` are attributes of the source field (``name``, ``label``, ``type``, ``morph_id`` …), ``inverse`` those
    that the inverse does not get from the payload.
    """
    owner, target = draft.object(source_id), draft.object(wanted.target.id)
    field_id, inverse_id = draft.new_id(), draft.new_id()
    back: RelationKind = "ONE_TO_MANY" if wanted.kind == "MANY_TO_ONE" else "MANY_TO_ONE"
    given = source.get("description")
    name = source["name"]
    field = draft.add_field(
        owner.id,
        **{
            "is_custom": True,
            "universal_identifier": draft.new_id(),
            **source,
            "id": field_id,
            "icon": source.get("icon") or _SOURCE_ICON,
            "description": given or f"{capitalised(owner.name_plural)} tied to the {target.display('labelSingular')}",
            "relation": relation(wanted.kind, target, inverse_id, name),
        },
    )
    name = inverse["name"] if inverse is not None else inverse_name(wanted.label)
    other = {
        "name": name,
        "type": by_name["RELATION"],
        "label": wanted.label,
        "icon": wanted.icon or _TARGET_ICON,
        "description": given or f"{capitalised(target.name_plural)} {owner.display('labelSingular')}",
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
        attributes["relation"] = replace(field.relation, join_column=f"{name}Id")
    return draft.set_field(field_id, name=name, **attributes)


def morph_siblings(obj: Object, field: Field) -> list[Field]:
    """The other members of a morph relation's group."""
    if field.morph_id is None:
        return []
    return [one for one in obj.fields if one.morph_id == field.morph_id and one.id != field.id]


def follow_rename(draft: Draft, before: Object, after: Object) -> None:
    """Rename the morph fields that are named after an object."""
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
