"""Which object of a model holds the timeline, and whose records have one (docs/wire/timeline.md).

``schemas/timeline.json`` names two kinds of shipped objects by their universal identifiers: that of activities, and
those of links, whose records put one record (a note) on the timelines of others. All else follows from their relations,
so custom objects have a timeline as soon as activities can point at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..shipped import load
from .model import Model, Object
from .types.base import Field

#: The one attribute of activities that holds values of other records.
PROPERTIES = "properties"
#: Members of it: by the names of fields, what they were before and after; the ids of these fields, whose names may be
#: others tomorrow; and that values are missing since they are too large.
DIFF, FIELD_IDS, TRUNCATED = "diff", "fieldMetadataIds", "truncated"
#: Which record an activity is about.
LINKED_OBJECT, LINKED_RECORD, LINKED_NAME = "linkedObjectMetadataId", "linkedRecordId", "linkedRecordCachedName"


@dataclass(frozen=True, slots=True)
class Link:
    """``to`` is the relation of a link to the record that it puts on timelines, ``targets`` are those to the records
    whose timelines these are.
    """

    obj: Object
    to: Field
    targets: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """``targets`` are the relations of activities to the records whose timeline they are on, by the ids of these
    records' objects. ``links`` are by the ids of their own objects, ``linked`` by those of what they put on timelines.
    """

    activity: Object
    targets: Mapping[str, Field]
    links: Mapping[str, Link]
    linked: Mapping[str, Link]

    @property
    def subjects(self) -> frozenset[str]:
        """Ids of the objects that activities may be about."""
        return frozenset((*self.targets, *self.linked))

    def has(self, obj: Object) -> bool:
        """Whether changes of an object's records are told on timelines."""
        return obj.is_audit_logged and (obj.id in self.targets or obj.id in self.links)


def timeline_of(model: Model) -> Timeline | None:
    """The timeline of a model; None where its object is gone, or not active."""
    return model.cached(_timeline)


def is_activity(obj: Object) -> bool:
    """Whether an object is that of activities."""
    return not obj.is_custom and obj.universal_identifier == load("timeline")["activity"]


def _timeline(model: Model) -> Timeline | None:
    activity = next((obj for obj in model.objects if is_activity(obj)), None)
    if activity is None or not activity.is_active:
        return None
    targets = _targets(activity)
    wanted = load("timeline")["links"]
    links = [
        Link(obj, to, tuple(field for key, field in _targets(obj).items() if key in targets))
        for obj in model.objects
        if not obj.is_custom and obj.universal_identifier in wanted
        for to in obj.many_to_one
        if to.morph_id is None
    ]
    return Timeline(
        activity=activity,
        targets=targets,
        links={link.obj.id: link for link in links},
        linked={model.target_of(link.to).id: link for link in links},
    )


def _targets(obj: Object) -> dict[str, Field]:
    """The many-to-one relations of an object's morph groups, by the ids of the objects that they point at."""
    return {
        field.relation.target_object_id: field
        for field in obj.many_to_one
        if field.morph_id is not None and field.relation is not None
    }
