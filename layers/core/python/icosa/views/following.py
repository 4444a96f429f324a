"""From a change of the data model to what it does to views and page layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..model.model import Field, Model, Object
from .defaults import default_view
from .effects import (
    after_field_created,
    after_fields_deactivated,
    after_fields_deleted,
    after_label_identifier_changed,
    after_object_deleted,
    after_options_changed,
)
from .tree import Roots

Effect = Callable[[Roots], Roots]


def effects_of(before: Model, after: Model, *, now: str) -> list[Effect]:
    """What a change of the model does to the roots, in order; nothing for most changes, and then the roots need not be
    read.
    """
    effects: list[Effect] = []
    for object_id in dict.fromkeys((*before.by_id, *after.by_id)):
        old, new = before.by_id.get(object_id), after.by_id.get(object_id)
        if old is None and new is not None:
            effects.append(partial(_with_default_view, obj=new, now=now))
        elif new is None:
            effects.append(partial(after_object_deleted, object_id=object_id))
        elif old is not None and old is not new:
            effects += _in_object(old, new, now)
    return effects


def apply(roots: Roots, effects: Sequence[Effect]) -> Roots:
    """The roots after all effects."""
    for effect in effects:
        roots = effect(roots)
    return roots


def _with_default_view(roots: Roots, *, obj: Object, now: str) -> Roots:
    view = default_view(obj, now=now)
    return {**roots, view.id: view}


def _in_object(old: Object, new: Object, now: str) -> Iterator[Effect]:
    gone = old.by_id.keys() - new.by_id.keys()
    if gone:
        yield partial(after_fields_deleted, field_ids=gone)
    pairs = [(field, new.by_id[field.id]) for field in old.fields if field.id in new.by_id]
    off = {field.id for field, changed in pairs if field.is_active and not changed.is_active}
    if off:
        yield partial(after_fields_deactivated, field_ids=off)
    for field, changed in pairs:
        if _values(field) != _values(changed):
            yield partial(after_options_changed, before=field, after=changed, now=now)
    for field in new.fields:
        if field.id not in old.by_id:
            yield partial(after_field_created, obj=new, field=field, now=now)
    if old.label_identifier_field_id != new.label_identifier_field_id:
        yield partial(after_label_identifier_changed, obj=new, now=now)


def _values(field: Field) -> set[tuple[str, str]]:
    return {(option.id, option.value) for option in field.options}
