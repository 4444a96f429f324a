"""The rules of a model, looked at when a change is expanded: every broken one is reported (docs/wire/metadata.md#names,
docs/wire/metadata.md#junctions).

Only what a change touches is looked at. When an object cannot be made, what it would bring is not reported as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model.model import Field, Object
from ..validation.errors import Failure, Problem
from . import collisions, defaults, options
from .draft import Draft, FieldChange, ObjectChange
from .fields import about
from .indexes import uniqueness_problems
from .names import MAX_LENGTH, InvalidLabel, columns_of, name_from_label, name_problems, plural_from_label

_OBJECT = "INVALID_OBJECT_INPUT"
_FIELD = "INVALID_FIELD_INPUT"
_MAX_FILES = 60


def failures(draft: Draft) -> list[Failure]:
    """The report on a change: a failure for each entity that breaks rules."""
    objects = [failure for change in draft.object_changes() if (failure := _object_failure(draft, change)) is not None]
    if any(failure.kind == "create" for failure in objects):
        return objects
    reports = list(objects)
    for change in draft.field_changes():
        reports += _field_failures(draft, change)
    mentioned = {id(problem) for failure in reports for problem in failure.problems}
    reports += _unchanged(draft, mentioned)
    return reports


def _unchanged(draft: Draft, mentioned: set[int]) -> Iterator[Failure]:
    """Failures of entities that invalid input left unchanged."""
    for entity_id, problems in draft.problems.items():
        if any(id(problem) in mentioned for problem in problems):
            continue
        owner_and_field = draft.find_field(entity_id)
        if owner_and_field is not None:
            obj, field = owner_and_field
            yield Failure(
                name="fieldMetadata",
                kind="update",
                about=about(obj, field.id, field.name, field.universal_identifier),
                problems=problems,
            )
        elif (changed := draft.find_object(entity_id)) is not None:
            yield Failure(name="objectMetadata", kind="update", about=_about(changed), problems=problems)


# ---------------------------------------------------------------------- objects


def _about(obj: Object) -> dict[str, str | None]:
    return {
        "universalIdentifier": obj.universal_identifier or obj.id,
        "nameSingular": obj.name_singular,
        "namePlural": obj.name_plural,
    }


def _object_failure(draft: Draft, change: ObjectChange) -> Failure | None:
    if change.after is None:
        return None
    before, after = change.before, change.after
    problems = list(draft.problems.get(after.id, ()))
    names = [
        name
        for name in ("name_singular", "name_plural")
        if before is None or getattr(before, name) != getattr(after, name)
    ]
    for name in names:
        problems += name_problems(getattr(after, name), _OBJECT, is_custom=after.is_custom)
    if names:
        problems += _name_collisions(draft, after)
        problems += collisions.object_problems(
            draft, after, singular="name_singular" in names, plural="name_plural" in names
        )
    for label in ("labelSingular", "labelPlural"):
        if before is None or before.display(label) != after.display(label):
            problems += _label_problems(after.display(label))
    if after.is_label_synced_with_name and (before is None or _synced_parts(before) != _synced_parts(after)):
        problems += _object_sync_problems(after)
    if not problems:
        return None
    return Failure(name="objectMetadata", kind=change.kind, about=_about(after), problems=problems)


def _name_collisions(draft: Draft, obj: Object) -> Iterator[Problem]:
    if obj.name_singular.strip().lower() == obj.name_plural.strip().lower():
        message = "The singular and plural names cannot be the same for an object"
        yield Problem(code=_OBJECT, message=message, value=obj.name_singular)
    taken = {
        name
        for other in draft.objects.values()
        if other.id != obj.id
        for name in (other.name_singular, other.name_plural)
    }
    if obj.name_singular in taken or obj.name_plural in taken:
        yield Problem(code="OBJECT_ALREADY_EXISTS", message="Object already exists", value=obj.name_singular)


def _label_problems(label: str) -> Iterator[Problem]:
    if not label:
        yield Problem(code=_OBJECT, message="Object label is too short", value=label)
    if len(label) > MAX_LENGTH:
        yield Problem(code=_OBJECT, message="Object label is too long", value=label)


def _synced_parts(obj: Object) -> tuple[object, ...]:
    return obj.is_label_synced_with_name, obj.name_singular, obj.name_plural, obj.label_singular, obj.label_plural


def _object_sync_problems(obj: Object) -> Iterator[Problem]:
    try:
        singular = name_from_label(obj.label_singular, collisions.is_own_singular)
        plural = plural_from_label(obj.label_plural, singular, collisions.is_own_plural)
    except InvalidLabel as error:
        yield Problem(code=_OBJECT, message=str(error))
        return
    if (singular, plural) != (obj.name_singular, obj.name_plural):
        yield Problem(code=_OBJECT, message="Names are not synced with labels", value=obj.label_singular)


# ---------------------------------------------------------------------- fields


def _field_failures(draft: Draft, change: FieldChange) -> Iterator[Failure]:
    field, before = change.after, change.before
    if field is None:
        return
    obj = change.obj
    identity = about(obj, field.id, field.name, field.universal_identifier)
    reported = draft.problems.get(field.id, [])
    problems = list(reported)
    if before is None:
        problems += _type_problems(field)
    if before is None or before.name != field.name:
        problems += name_problems(field.name, _FIELD, is_custom=field.is_custom)
    if before is None or (before.name, before.input_name) != (field.name, field.input_name):
        problems += _availability(obj, field)
    if before is None or _generated(before) != _generated(field):
        problems += collisions.field_problems(draft, obj, field)
    # A default is only looked at when it can be: the options that it must be among are right.
    if not reported and (
        before is None or (before.default_value, before.options) != (field.default_value, field.options)
    ):
        problems += [*defaults.problems(field), *options.default_problems(field)]
    if before is None or before.settings != field.settings:
        problems += _settings_problems(draft, field)
    if field.is_label_synced_with_name and (before is None or _sync(before) != _sync(field)):
        problems += _sync_problems(field, is_new=before is None)
    # Files are the one type that says itself that it cannot be unique; of the others their index says so.
    are_files = field.type.rules.needs_value_limit
    if field.is_unique and are_files:
        problems.append(
            Problem(code=_FIELD, message="Files field is not supported for unique fields", value=field.name)
        )
    if problems:
        yield Failure(name="fieldMetadata", kind=change.kind, about=identity, problems=problems)
    if (
        field.is_unique
        and not are_files
        and field.is_custom >= field.is_system
        and (before is None or (before.is_unique, before.default_value) != (True, field.default_value))
    ):
        unique = uniqueness_problems(field) if field.name != "id" else []
        if unique:
            yield Failure(name="index", kind="create", about=identity, problems=unique)


def _generated(field: Field) -> tuple[object, ...]:
    """What the types that exist because of a field depend on."""
    return field.name, field.is_unique, bool(field.options)


def _type_problems(field: Field) -> Iterator[Problem]:
    rules = field.type.rules
    if rules.creation_error is not None and not field.is_system:
        yield Problem(code=_FIELD, message=rules.creation_error, value=field.type.name)
    if rules.only_name is not None:
        if field.name != rules.only_name:
            message = f'Field type {field.type.name} must be named "{rules.only_name}", got "{field.name}"'
            yield Problem(code=_FIELD, message=message, value=field.name)
        if not field.is_system:
            yield Problem(
                code=_FIELD, message=f"Field type {field.type.name} must be a system field", value=field.type.name
            )


def _availability(obj: Object, field: Field) -> Iterator[Problem]:
    """Whether the names of a field's columns are free."""
    others = [other for other in obj.fields if other.id != field.id]
    names = {other.name for other in others}
    joins = {other.input_name for other in others if other.input_name != other.name}
    members = {column for other in others if other.type.is_composite for column in columns_of(other)}
    for name in dict.fromkeys((field.name, field.input_name)):
        yield from _taken(name, names, joins, members)
    if field.type.is_composite:
        for name in columns_of(field):
            yield from _taken(name, names, joins, set())


def _taken(name: str, names: Iterable[str], joins: Iterable[str], members: Iterable[str]) -> Iterator[Problem]:
    if name in names:
        message = f'Name "{name}" is not available as it is already used by another field'
        yield Problem(code="NOT_AVAILABLE", message=message, value=name)
    if name in joins:
        message = f'Name "{name}" is not available as it is already used by another join column name'
        yield Problem(code="NOT_AVAILABLE", message=message, value=name)
    if name in members:
        yield Problem(code="RESERVED_KEYWORD", message=f'Name "{name}" is reserved composite field name', value=name)


def _settings_problems(draft: Draft, field: Field) -> Iterator[Problem]:
    if field.type.rules.needs_value_limit:
        most = field.settings.get("maxNumberOfValues")
        if isinstance(most, bool) or not isinstance(most, int | float) or not 0 < most <= _MAX_FILES:
            limit = (
                "maxNumberOfValues must be defined in settings and be a number greater than 0 and less than or equal "
                f"to {_MAX_FILES}"
            )
            yield Problem(code=_FIELD, message=limit, value=field.settings.get("maxNumberOfValues"))
    junction = field.settings.get("junctionTargetFieldId")
    if field.relation is None or junction is None:
        return
    message: str | None = None
    target = draft.find_field(junction)
    if not field.is_one_to_many:
        message = "Junction configuration can only be set on ONE_TO_MANY relations"
    elif target is None:
        message = f"Junction target field not found: {junction}"
    elif target[0].id != field.relation.target_object_id:
        message = f"Junction target field {junction} is not on the junction object"
    elif target[1].relation is None:
        message = f"Junction target field {junction} is not a relation field"
    elif not target[1].is_many_to_one:
        message = f"Junction target field {junction} is not a MANY_TO_ONE relation"
    if message is not None:
        yield Problem(code=_FIELD, message=message, value=junction)


def _sync(field: Field) -> tuple[object, ...]:
    return field.is_label_synced_with_name, field.name, field.label


def _sync_problems(field: Field, *, is_new: bool) -> Iterator[Problem]:
    try:
        in_step = name_from_label(field.label) == field.name
    except InvalidLabel as error:
        yield Problem(code=_FIELD, message=str(error), value=field.label)
        return
    if not in_step and is_new:
        yield Problem(code="NAME_NOT_SYNCED_WITH_LABEL", message="Name is not synced with label", value=field.label)
    elif not in_step:
        yield Problem(code="FIELD_MUTATION_NOT_ALLOWED", message="Name is not synced with label.", value=field.label)
