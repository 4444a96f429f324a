"""What a change of a row of metadata does to the entities of the Metadata API (docs/wire/events.md#metadata): which
they are, and their members before and after, as answers show them.

No secrets are among them: API keys and webhooks make no events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from ..access.role_view import own_lists, role_members
from ..catalog.rows import lone_field, lone_index, lone_object
from ..model.model import Model
from ..store import keys
from ..store.stream import MetadataChange, MetadataKind
from ..store.table import Item
from ..views.render import own_members
from ..views.rows import unpack
from ..views.tree import entities_of
from ..webhooks.metadata_events import EntityChange
from .render import index_members, lone_field_members, lone_object_members

Members = Mapping[str, Any]
Entities = Mapping[tuple[str, str], Members]
"""The members of entities by name and id."""

#: A new row of an index that was made so long before is that of an older one, which its object's row had before
#: (``catalog.rows``).
_MOVED_SECONDS: Final = 86_400


def entity_changes(change: MetadataChange, model: Callable[[], Model]) -> Iterator[EntityChange]:
    """The entities of a row, all that there were and are. ``model`` reads the model as it is now, which only names of
    views take.
    """
    if change.kind == "index" and change.old is None and _is_moved(change):
        return
    entities = _ENTITIES[change.kind]
    before, after = (
        {} if item is None else entities(change.workspace_id, item, model) for item in (change.old, change.new)
    )
    for name, entity_id in dict.fromkeys((*before, *after)):
        key = name, entity_id
        yield EntityChange(name, entity_id, before.get(key), after.get(key))


def _is_moved(change: MetadataChange) -> bool:
    assert change.new is not None
    made = lone_index(change.new).created_at
    return bool(made) and change.seconds - datetime.fromisoformat(made).timestamp() > _MOVED_SECONDS


def _object(workspace_id: str, item: Item, _model: Callable[[], Model]) -> Entities:
    obj = lone_object(item)
    return {("objectMetadata", obj.id): lone_object_members(obj, workspace_id)}


def _field(workspace_id: str, item: Item, _model: Callable[[], Model]) -> Entities:
    field = lone_field(item)
    _, object_id = keys.metadata_row(item)
    return {("fieldMetadata", field.id): lone_field_members(workspace_id, object_id, field)}


def _index(_workspace_id: str, item: Item, _model: Callable[[], Model]) -> Entities:
    index = lone_index(item)
    _, object_id = keys.metadata_row(item)
    return {("index", index.id): {**index_members(index), "objectMetadataId": object_id}}


def _view(workspace_id: str, item: Item, model: Callable[[], Model]) -> Entities:
    return {
        (entity_type.singular, entity["id"]): own_members(model, workspace_id, entity_type, entity)
        for entity_type, entity in entities_of(unpack(item))
    }


def _role(_workspace_id: str, item: Item, _model: Callable[[], Model]) -> Entities:
    return {("role", keys.sort_of(item)): {**role_members(item), **own_lists(item)}}


_ENTITIES: Final[Mapping[MetadataKind, Callable[[str, Item, Callable[[], Model]], Entities]]] = {
    "object": _object,
    "field": _field,
    "index": _index,
    "view": _view,
    "role": _role,
}
