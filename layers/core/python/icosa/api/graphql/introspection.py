"""``__schema`` and ``__type``: selections of the workspace's schema as the caller's role sees it.

The whole answer to the standard introspection query is made once for each model and set of rights; what a request
selects of it is cut out of that. Named types inside (``type { ofType { fields … } }``) lead to the whole type again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from ...access.check import RecordRights
from ...lru import LRUCache
from ...model.model import Model, Right
from .failures import Invalid, TooManyFields
from .selections import TYPENAME, FieldCollector, Selected

FIELDS = ("__schema", "__type")
#: Some MB each.
_documents: LRUCache[tuple[Any, ...], Mapping[str, Any]] = LRUCache(size=8)
#: Steps that one request may take through types, each a member of a selection for one element.
_MOST_STEPS = 3_000_000

#: The type of each field of the introspection types; None for scalars. Lists are not marked.
_TYPES: Mapping[str, Mapping[str, str | None]] = {
    "__Schema": {
        "description": None,
        "types": "__Type",
        "queryType": "__Type",
        "mutationType": "__Type",
        "subscriptionType": "__Type",
        "directives": "__Directive",
    },
    "__Type": {
        **dict.fromkeys(("kind", "name", "description", "specifiedByURL", "isOneOf")),
        "fields": "__Field",
        "interfaces": "__Type",
        "possibleTypes": "__Type",
        "enumValues": "__EnumValue",
        "inputFields": "__InputValue",
        "ofType": "__Type",
    },
    "__Field": {
        **dict.fromkeys(("name", "description", "isDeprecated", "deprecationReason")),
        "args": "__InputValue",
        "type": "__Type",
    },
    "__InputValue": {
        **dict.fromkeys(("name", "description", "defaultValue", "isDeprecated", "deprecationReason")),
        "type": "__Type",
    },
    "__EnumValue": dict.fromkeys(("name", "description", "isDeprecated", "deprecationReason")),
    "__Directive": {**dict.fromkeys(("name", "description", "isRepeatable", "locations")), "args": "__InputValue"},
}
#: Nothing in the schema is deprecated, so this argument changes nothing.
_IGNORED = "includeDeprecated"

_VERBS: tuple[Right, ...] = get_args(Right)
_Show = Callable[[Any], Any]


def plan(selected: Selected, collector: FieldCollector, model: Model, rights: RecordRights) -> Callable[[], Any]:
    """What gives the value of a root field. Raises Invalid."""
    values = collector.variables.arguments(selected.arguments)
    name = values.get("name")
    if selected.name == "__type" and not isinstance(name, str):
        raise Invalid('Field "__type" argument "name" of type "String!" is required, but it was not provided.')
    types: dict[str, Any] = {}
    projection = _Selections(collector, types).projection(
        "__Schema" if selected.name == "__schema" else "__Type", selected
    )

    def value() -> Any:
        schema = full_introspection(model, rights)["__schema"]
        types.update((type_["name"], type_) for type_ in schema["types"])
        return projection(schema if selected.name == "__schema" else types.get(str(name)))

    return value


def full_introspection(model: Model, rights: RecordRights) -> Mapping[str, Any]:
    """The answer to the standard introspection query."""
    key = _key(model, rights)
    document = _documents.get(key)
    if document is None:
        # Generating schemas needs more of graphql-core than answering requests does.
        from ...documents.graphql.document import introspection

        document = introspection(model, rights)
        _documents.put(key, document)
    return document


def _key(model: Model, rights: RecordRights) -> tuple[Any, ...]:
    """What a schema depends on: roles with the same rights see the same."""
    seen = tuple(
        (
            *(rights.can(obj, verb) for verb in _VERBS),
            rights.unreadable_fields(obj),
            rights.unwritable_fields(obj),
            rights.unset_fields(obj),
        )
        for obj in model.objects
    )
    return model.workspace_id, model.version, seen


class _Selections:
    """Cuts introspection types to selections. ``types`` are the whole types by name, filled before anything
    is shown.
    """

    def __init__(self, collector: FieldCollector, types: Mapping[str, Any]) -> None:
        self._selector = collector
        self._types = types
        self._steps = 0

    def projection(self, type_name: str, selected: Selected) -> _Show:
        selected.require_selection(type_name)
        members = _TYPES[type_name]
        parts: list[tuple[str, str, _Show | None]] = []
        for part in self._selector.fields(type_name, selected.sets):
            if part.name == TYPENAME:
                parts.append((part.key, TYPENAME, lambda _: type_name))
                continue
            if part.name not in members:
                raise Invalid(f'Cannot query field "{part.name}" on type "{type_name}".')
            for argument in part.arguments:
                if argument.name.value != _IGNORED:
                    raise Invalid(f'Unknown argument "{argument.name.value}" on field "{type_name}.{part.name}".')
            inner = members[part.name]
            if inner is None:
                part.require_leaf("String")
            parts.append((part.key, part.name, None if inner is None else self.projection(inner, part)))
        is_type = type_name == "__Type"

        def project(value: Mapping[str, Any]) -> dict[str, Any]:
            self._steps += len(parts)
            if self._steps > _MOST_STEPS:
                raise TooManyFields(_MOST_STEPS)
            whole_type = self._types.get(value["name"], value) if is_type else value
            return {
                key: whole_type.get(name) if inner is None else inner(whole_type.get(name))
                for key, name, inner in parts
            }

        def project_all(value: Any) -> Any:
            if isinstance(value, list):
                return [project(member) for member in value]
            return None if value is None else project(value)

        return project_all
