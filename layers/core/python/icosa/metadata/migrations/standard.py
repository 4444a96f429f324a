"""Migrations of standard objects: what ``schemas/`` has and a workspace has not is added, and nothing else is touched.

Objects and fields are known by their universal identifiers, so those that a workspace has renamed, deactivated or
changed are there, and stay as they are. What would clash with something of the workspace's own is left out with all
that depends on it, and reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from ...catalog.constraints import unique_constraint
from ...model.model import Field, Index, Model, Object
from ...shipped import load
from ...validation.errors import MetadataValidationError
from ..draft import Draft
from ..objects import add_default_relation
from ..rules import failures
from ..service import MetadataService
from ..standard import standard_model
from .migration import Progress, Work

#: Attributes that ``Draft`` gives to what is new.
_OF_THE_DRAFT = frozenset(("key", "created_at", "updated_at"))
#: What is set after an object has its fields.
_AFTER_FIELDS = frozenset(("fields", "unique_constraints", "indexes", "next_key", "has_trash_index"))
_DEPENDS = "it depends on what was not added"


def add_missing(work: Work) -> Progress:
    """Add the standard objects and fields that the workspace lacks: one change of the model."""
    refused: dict[str, str] = {}
    allowed = _broken_anyway(work)
    service = MetadataService(work.table, work.workspace_id)
    while True:
        additions = Additions(standard_model(work.workspace_id, now=work.now), refused)
        try:
            service.extend(additions.apply, allowed)
            return Progress(state=None, report=tuple(additions.report()))
        except MetadataValidationError as error:
            new = additions.reasons(error)
            if not new:
                raise
            refused |= new


def _broken_anyway(work: Work) -> frozenset[tuple[str | None, str]]:
    """Rules for what users make that standard objects break in any workspace, such as reserved names: what is left of
    the problems are clashes with what this workspace has.
    """
    empty = Draft(Model(workspace_id=work.workspace_id, version=0, objects=()), next_object_key=1, now=work.now)
    Additions(standard_model(work.workspace_id, now=work.now), {}).apply(empty)
    return frozenset(
        (failure.about.get("universalIdentifier"), problem.message)
        for failure in failures(empty)
        for problem in failure.problems
    )


class Additions:
    """What a model lacks of ``target``, the standard objects with ids of their own. ``refused`` says by universal
    identifiers of objects and fields why they are left out.
    """

    def __init__(self, target: Model, refused: Mapping[str, str]) -> None:
        self._target = target
        self._names = {
            **{obj.universal_identifier: obj.name_singular for obj in target.objects},
            **{
                field.universal_identifier: f"{obj.name_singular}.{field.name}"
                for obj in target.objects
                for field in obj.fields
            },
        }
        self._refused = refused
        #: What ``apply`` has left out, by universal identifiers, and relations of custom objects, by name.
        self._left_out: dict[str | None, str] = {}
        self._kept: list[str] = []
        #: Ids in the workspace of what has others in the target; new things keep theirs.
        self._ids: dict[str, str] = {}

    def reasons(self, error: MetadataValidationError) -> dict[str, str]:
        """Why the rules of models refuse something of the target that was not refused before."""
        found = {failure.about.get("universalIdentifier"): failure.problems[0].message for failure in error.failures}
        return {
            identifier: reason
            for identifier, reason in found.items()
            if identifier is not None and identifier in self._names and identifier not in self._refused
        }

    def report(self) -> list[str]:
        """A line for everything that was left out; an object stands for its fields."""
        implied = {
            field.universal_identifier
            for obj in self._target.objects
            if obj.universal_identifier in self._left_out
            for field in obj.fields
        }
        left_out = [
            f"{self._names[identifier]} was not added: {reason}"
            for identifier, reason in self._left_out.items()
            if identifier not in implied
        ]
        return [*left_out, *self._kept]

    def apply(self, draft: Draft) -> None:
        """Add to the draft whatever is missing in it."""
        self._left_out, self._kept = dict[str | None, str](self._refused.items()), []
        known = {obj.universal_identifier: obj for obj in draft.objects.values()}
        present = {
            target.id: known[target.universal_identifier]
            for target in self._target.objects
            if target.universal_identifier in known
        }
        self._ids = dict(self._identities(present))
        missing = self._missing_fields(present)
        new_objects = [
            target
            for target in self._target.objects
            if target.id not in present and target.label_identifier_field_id in missing
        ]
        for target in new_objects:
            draft.add_object(**_object_attributes(target, missing))
        for target in self._target.objects:
            self._extend(draft, target, [field for field in target.fields if field.id in missing])
        self._relate_custom_objects(draft, {obj.name_singular for obj in new_objects})

    def _identities(self, present: Mapping[str, Object]) -> Iterator[tuple[str, str]]:
        for target in self._target.objects:
            if target.id not in present:
                continue
            mine = present[target.id]
            yield target.id, mine.id
            own = {field.universal_identifier: field for field in mine.fields}
            for field in target.fields:
                if field.universal_identifier in own:
                    yield field.id, own[field.universal_identifier].id
                    if field.morph_id is not None:
                        yield field.morph_id, own[field.universal_identifier].morph_id or field.morph_id

    def _missing_fields(self, present: Mapping[str, Object]) -> frozenset[str]:
        """Ids of fields that are to be added: none of an object that cannot be, and relations with both ends."""
        found: dict[str, Field] = {}
        for target in self._target.objects:
            mine = present.get(target.id)
            if mine is not None and mine.is_custom:
                self._left_out[target.universal_identifier] = "a custom object has its universal identifier"
            for field in target.fields:
                if field.id in self._ids:
                    continue
                found[field.id] = field
                if target.universal_identifier in self._left_out:
                    self._left_out.setdefault(field.universal_identifier, _DEPENDS)
        while True:
            left = {
                field_id: field for field_id, field in found.items() if field.universal_identifier not in self._left_out
            }
            lost = [
                field
                for field in left.values()
                if field.relation is not None and field.relation.target_field_id not in left
            ]
            for target in self._target.objects:
                if target.id not in present and target.label_identifier_field_id not in left:
                    self._left_out.setdefault(target.universal_identifier, _DEPENDS)
                    lost += [field for field in target.fields if field.id in left]
            if not lost:
                return frozenset(left)
            for field in lost:
                self._left_out.setdefault(field.universal_identifier, _DEPENDS)

    def _relate_custom_objects(self, draft: Draft, added: Collection[str]) -> None:
        """Custom objects get their default relations to standard objects that are new."""
        spec = load("custom-object")
        for relation in spec["relations"]:
            if relation["relation"]["object"] not in added:
                continue
            for obj in [obj for obj in draft.objects.values() if obj.is_custom]:
                if relation["name"] in obj.by_name or relation["name"] in obj.by_input_name:
                    self._kept.append(f"{obj.name_singular} keeps its own field {relation['name']}")
                else:
                    add_default_relation(draft, obj.id, relation, spec["morphGroup"])

    def _extend(self, draft: Draft, target: Object, missing: list[Field]) -> None:
        """Give an object its missing fields, with their constraints and indexes."""
        if not missing:
            return
        object_id = self._id(target.id)
        for field in missing:
            attributes = _attributes(field, _OF_THE_DRAFT)
            if field.relation is not None:
                attributes["relation"] = replace(
                    field.relation,
                    target_object_id=self._id(field.relation.target_object_id),
                    target_field_id=self._id(field.relation.target_field_id),
                )
            if field.morph_id is not None:
                attributes["morph_id"] = self._id(field.morph_id)
            draft.add_field(object_id, **attributes)
        added = {field.id for field in missing}
        for index in target.indexes:
            if all(member.field_id in added for member in index.members):
                self._add_index(draft, object_id, index)
        searched = [field_id for field_id in target.search_field_ids if field_id in added]
        known = draft.object(object_id).search_field_ids
        more = tuple(field_id for field_id in searched if field_id not in known)
        if more:
            draft.set_object(object_id, search_field_ids=(*known, *more))

    def _add_index(self, draft: Draft, object_id: str, index: Index) -> None:
        if index.constraint_key is None:
            draft.set_index(object_id, replace(index, created_at=draft.now, updated_at=draft.now))
            return
        key = draft.take_key(object_id, "u")
        obj = draft.object(object_id)
        constraint = unique_constraint(key, [obj.by_id[index.members[0].field_id]])
        draft.set_object(object_id, unique_constraints=(*obj.unique_constraints, constraint))
        draft.set_index(object_id, replace(index, constraint_key=key, created_at=draft.now, updated_at=draft.now))

    def _id(self, target_id: str) -> str:
        return self._ids.get(target_id, target_id)


def _object_attributes(target: Object, fields_added: Collection[str]) -> dict[str, Any]:
    """What a new object has before it has its fields, without what names fields that it does not get."""
    names = {field.name for field in target.fields if field.id in fields_added}
    image = target.image_identifier_field_id
    return {
        **_attributes(target, _OF_THE_DRAFT | _AFTER_FIELDS),
        "image_identifier_field_id": image if image in fields_added else None,
        "search_field_ids": tuple(field_id for field_id in target.search_field_ids if field_id in fields_added),
        "duplicate_criteria": tuple(
            paths for paths in target.duplicate_criteria if all(path[0] in names for path in paths)
        ),
    }


def _attributes(thing: Object | Field, left_out: frozenset[str]) -> dict[str, Any]:
    names = (attribute.name for attribute in fields(thing))
    return {name: getattr(thing, name) for name in names if name not in left_out}
