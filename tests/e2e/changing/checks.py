"""Whether everything that a life has done is visible, and nothing else: over REST, GraphQL, the Metadata API and
OpenAPI.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from .api import Api, Mismatch
from .kinds import Value
from .state import BASE, MANY_TO_ONE, ONE_TO_MANY, FieldState, ObjectState, RecordState

_PAGE = 60
#: Random questions after each step.
_SOME = 3
#: How often questions are asked at the same time.
_AT_ONCE = 0.25


def same(what: str, actual: Any, expected: Any) -> None:
    """Complain about a difference, of dictionaries only about the members that differ."""
    if actual == expected:
        return
    if isinstance(actual, dict) and isinstance(expected, dict):
        names = [name for name in {**actual, **expected} if actual.get(name, ...) != expected.get(name, ...)]
        for name in names:
            same(f"{what}.{name}", actual.get(name, "nothing"), expected.get(name, "nothing"))
    raise Mismatch(f"{what}: {actual!r} for {expected!r}")


def _seen(field: FieldState, value: Value) -> Value:
    return value if field.kind is None else field.kind.seen(value)


def rest_record(what: str, obj: ObjectState, record: RecordState, actual: Mapping[str, Any]) -> None:
    """A record in an answer of REST without relations, which has the known columns and no others."""
    columns = {field.column: field for field in obj.stored}
    if obj.is_custom:
        same(f"columns of {what}", sorted(actual), sorted({*BASE, *columns}))
    rendered = {"id": actual["id"], **{name: _seen(field, actual[name]) for name, field in columns.items()}}
    same(
        what,
        rendered,
        {"id": record.id, **{name: _seen(field, record.values[field.id]) for name, field in columns.items()}},
    )


class Checks:
    """All questions about some objects. ``gone`` are plural names, ``gone_singular`` singular ones, of which nothing
    may be left.
    """

    def __init__(self, api: Api, rng: Random, objects: Iterable[ObjectState], gone: Mapping[str, str]) -> None:
        self.api = api
        self.rng = rng
        self.objects = list(objects)
        self.gone = gone

    def run(self) -> None:
        """Ask at every door for everything, and some random questions, several at a time. Raises Mismatch."""
        questions: list[Callable[[], None]] = [self.metadata, self.openapi, self.graphql]
        questions += [partial(self.rest, obj) for obj in self.objects if obj.is_custom]
        questions += self._some_questions()
        questions += [partial(self.absent, *pair) for pair in list(self.gone.items())[-1:]]
        self._ask(questions)

    def run_records(self, obj: ObjectState) -> None:
        """The same after a step that changed nothing but records, mostly of one object."""
        questions: list[Callable[[], None]] = [self.graphql, partial(self.rest, obj), *self._some_questions()]
        self._ask(questions)

    def _ask(self, questions: Sequence[Callable[[], None]]) -> None:
        """Mostly one after the other: then the second environment of a function sleeps over some versions
        of the model.
        """
        if self.rng.random() < _AT_ONCE:
            self.api.together(questions)
        else:
            for question in questions:
                question()

    # ------------------------------------------------------------------ the model

    def metadata(self) -> None:
        listed = self.api.ask("GET", "/rest/metadata/objects")["data"]["objects"]
        by_id = {obj["id"]: obj for obj in listed}
        names = {obj["nameSingular"] for obj in listed} | {obj["namePlural"] for obj in listed}
        for name in (*self.gone, *self.gone.values()):
            if name in names:
                raise Mismatch(f"/rest/metadata/objects still shows {name}")
        for obj in self.objects:
            if obj.id not in by_id:
                raise Mismatch(f"/rest/metadata/objects does not show {obj.singular}")
            actual = by_id[obj.id]
            expected = {"nameSingular": obj.singular, "namePlural": obj.plural, "isActive": obj.is_active}
            same(f"metadata of {obj.singular}", {name: actual[name] for name in expected}, expected)
            fields = {field["id"]: field for field in actual["fields"]}
            if obj.is_custom:
                same(
                    f"fields of {obj.singular}",
                    {field["name"] for field in actual["fields"]},
                    {*obj.given, *(field.name for field in obj.fields)},
                )
            for field in obj.fields:
                if field.id not in fields:
                    raise Mismatch(f"/rest/metadata/objects does not show {obj.singular}.{field.name}")
                self._field(f"metadata of {obj.singular}.{field.name}", field, fields[field.id])

    @staticmethod
    def _field(what: str, field: FieldState, actual: Mapping[str, Any]) -> None:
        expected: dict[str, Any] = {
            "name": field.name,
            "type": field.type,
            "isActive": field.is_active,
            "isUnique": field.is_unique,
        }
        if field.options:
            expected["options"] = field.options
        if field.relation is not None:
            expected["relation"] = field.relation
        rendered = {**actual, "relation": (actual.get("settings") or {}).get("relationType")}
        same(what, {name: rendered.get(name) for name in expected}, expected)
        if field.kind is not None and field.kind.takes_default:
            default = None if field.default is None else field.kind.default(field.default)
            same(f"default of {what}", _without_nulls(rendered.get("defaultValue")), _without_nulls(default))

    def openapi(self) -> None:
        document = self.api.ask("GET", "/rest/open-api/core")
        schemas = document["components"]["schemas"]
        for plural, singular in self.gone.items():
            if f"/{plural}" in document["paths"] or f"{singular[:1].upper()}{singular[1:]}ForResponse" in schemas:
                raise Mismatch(f"OpenAPI still shows {plural}")
        for obj in self.objects:
            for path in (f"/{obj.plural}", f"/batch/{obj.plural}", f"/{obj.plural}/{{id}}"):
                if path not in document["paths"]:
                    raise Mismatch(f"OpenAPI has no {path}")
            columns = {field.column for field in obj.stored} | {
                field.name for field in obj.fields if field.relation is not None
            }
            answers = schemas[f"{obj.type}ForResponse"]["properties"]
            if obj.is_custom:
                relations = {name for name, type_name in obj.given.items() if type_name == "RELATION"}
                same(f"OpenAPI of {obj.singular}", set(answers), {*BASE, *columns, *relations})
            elif not columns <= set(answers):
                raise Mismatch(f"OpenAPI of {obj.singular} lacks {columns - set(answers)}")
            for field in obj.plain:
                if field.options:
                    schema = answers[field.name].get("items", answers[field.name])
                    same(f"OpenAPI's {obj.singular}.{field.name}", {*schema["enum"], None}, {*field.values, None})

    # ------------------------------------------------------------------ records

    def rest(self, obj: ObjectState) -> None:
        """All records in the default order."""
        answer = self._list(obj)
        actual = answer["data"][obj.plural]
        same(f"/rest/{obj.plural}", [record["id"] for record in actual], [record.id for record in obj.live])
        for record, rendered in zip(obj.live, actual, strict=True):
            rest_record(f"/rest/{obj.plural} {record.id}", obj, record, rendered)
        same(f"total of /rest/{obj.plural}", answer["totalCount"], len(obj.live))

    def _list(self, obj: ObjectState, condition: str | None = None, **params: Any) -> Any:
        """A page of the life's own records: of a shipped object there are others."""
        own = [] if obj.is_custom else [f"id[in]:[{','.join(obj.records) or _NOBODY}]"]
        conditions = [*own, *([condition] if condition else [])]
        if conditions:
            params["filter"] = f"and({','.join(conditions)})"
        return self.api.ask("GET", f"/rest/{obj.plural}", limit=_PAGE, **params)

    def graphql(self) -> None:
        """All records with all relations, in one request."""
        parts = []
        for obj in self.objects:
            selection = " ".join(["id", *map(_selection, obj.fields)])
            own = "" if obj.is_custom else ", filter: {id: {in: $ids}}"
            parts.append(f"{obj.plural}(first: {_PAGE}{own}) {{ totalCount edges {{ node {{ {selection} }} }} }}")
        ids = next(([*obj.records] for obj in self.objects if not obj.is_custom), []) or [_NOBODY]
        answer = self.api.graphql(f"query($ids: [UUID!]) {{ {' '.join(parts)} }}", ids=ids)
        for obj in self.objects:
            self._nodes(obj, answer[obj.plural])

    @staticmethod
    def _nodes(obj: ObjectState, answer: Mapping[str, Any]) -> None:
        actual = [edge["node"] for edge in answer["edges"]]
        same(f"graphql {obj.plural}", [node["id"] for node in actual], [record.id for record in obj.live])
        same(f"total of graphql {obj.plural}", answer["totalCount"], len(obj.live))
        for record, node in zip(obj.live, actual, strict=True):
            rendered = {name: value for field in obj.fields for name, value in _shown_by_graphql(field, node).items()}
            expected = {
                name: value for field in obj.fields for name, value in _expected_of_graphql(obj, record, field).items()
            }
            same(f"graphql {obj.plural} {record.id}", rendered, expected)

    def absent(self, plural: str, singular: str) -> None:
        """An object that is gone, or has another name, has no endpoint."""
        if self.rng.random() < 0.5:
            self.api.ask("GET", f"/rest/{plural}", status=400)
            return
        answer = self.api.ask("POST", "/graphql", {"query": f"{{ {plural} {{ totalCount }} }}"})
        if "errors" not in answer:
            raise Mismatch(f"graphql still answers for {plural} ({singular})")

    # ------------------------------------------------------------------ filters, orders, groups, relations

    def _some_questions(self) -> list[Callable[[], None]]:
        possible = [question for obj in self.objects for question in self._random_questions(obj)]
        return self.rng.sample(possible, k=min(_SOME, len(possible)))

    def _random_questions(self, obj: ObjectState) -> list[Callable[[], None]]:
        questions: list[Callable[[], None]] = []
        plain = obj.plain
        if plain:
            questions.append(
                partial(
                    self.filtered,
                    obj,
                    self.rng.choice(plain),
                    self.rng.choice(("equals", "ranged", "null", "not null")),
                )
            )
            ordered = [field for field in plain if field.kind is not None and field.kind.leaf.orders]
            if ordered:
                questions.append(partial(self.ordered, obj, self.rng.choice(ordered), self.rng.choice(_DIRECTIONS)))
            grouped = [field for field in plain if field.kind is not None and field.kind.is_grouped]
            if grouped and obj.is_custom:
                questions.append(partial(self.grouped, obj, self.rng.choice(grouped)))
        relations = [field for field in obj.fields if field.relation is not None]
        if relations:
            field = self.rng.choice(relations)
            questions.append(partial(self.related, obj, field))
            if field.relation == MANY_TO_ONE:
                questions.append(partial(self.pointing, obj, field))
        if obj.live and obj.is_custom and obj.is_active:
            questions.append(partial(self.searched, obj))
        if obj.trash:
            questions.append(partial(self.trashed, obj))
        return questions

    def filtered(self, obj: ObjectState, field: FieldState, operator: str) -> None:
        assert field.kind is not None
        leaf = field.kind.leaf
        values = [value for record in obj.live if (value := leaf.of(record.values[field.id])) is not None]
        text: str
        test: Callable[[Value], bool]
        if operator in ("null", "not null") or not values or leaf.equals is None:
            wanted = operator == "null"
            text = f"{leaf.path(field.name)}[is]:{'NULL' if wanted else 'NOT_NULL'}"
            test = lambda value: (value is None) is wanted  # noqa: E731
        elif leaf.equals == "containsAny":
            member = values[0][0]
            text = f"{field.name}[containsAny]:[{member}]"
            test = lambda value: value is not None and member in value  # noqa: E731
        else:
            operand = values[0]
            comparator = "gte" if operator == "ranged" and leaf.ranged else leaf.equals
            text = f"{leaf.path(field.name)}[{comparator}]:{json.dumps(operand)}"
            test = lambda value: value is not None and (value >= operand if comparator == "gte" else value == operand)  # noqa: E731
        answer = self._list(obj, text)
        expected = [record.id for record in obj.live if test(leaf.of(record.values[field.id]))]
        same(f"/rest/{obj.plural} {text}", [record["id"] for record in answer["data"][obj.plural]], expected)
        same(f"total of /rest/{obj.plural} {text}", answer["totalCount"], len(expected))

    def ordered(self, obj: ObjectState, field: FieldState, direction: str) -> None:
        assert field.kind is not None
        leaf = field.kind.leaf
        values = {record.id: leaf.of(record.values[field.id]) for record in obj.live}
        present = [record_id for record_id in values if values[record_id] is not None]
        present.sort(key=lambda record_id: _sortable(values[record_id]), reverse=direction.startswith("Desc"))
        absent = [record_id for record_id in values if values[record_id] is None]
        expected = [*absent, *present] if direction.endswith("First") else [*present, *absent]
        answer = self._list(obj, order_by=f"{leaf.path(field.name)}[{direction}]")
        what = f"/rest/{obj.plural} by {leaf.path(field.name)} {direction}"
        same(what, [record["id"] for record in answer["data"][obj.plural]], expected)

    def grouped(self, obj: ObjectState, field: FieldState) -> None:
        wanted = json.dumps([{field.name: True}])
        groups = self.api.ask("GET", f"/rest/{obj.plural}/groupBy", group_by=wanted, aggregate='["totalCount"]')
        actual = {_hashable(group["groupByDimensionValues"][0]): int(group["totalCount"]) for group in groups}
        assert field.kind is not None
        same(
            f"groups of {obj.plural} by {field.name}",
            actual,
            dict(Counter(field.kind.leaf.of(r.values[field.id]) for r in obj.live)),
        )

    def related(self, obj: ObjectState, field: FieldState) -> None:
        """A relation in REST with depth."""
        assert field.target is not None
        for rendered in self._list(obj, depth=1, fields=f"id,{field.name}")["data"][obj.plural]:
            record = obj.records[rendered["id"]]
            what = f"/rest/{obj.plural} {record.id}.{field.name}"
            if field.relation == ONE_TO_MANY:
                same(what, sorted(child["id"] for child in rendered[field.name]), obj.children(record, field))
            else:
                target = _live_target(field, record)
                same(what, (rendered[field.name] or {}).get("id"), target)

    def pointing(self, obj: ObjectState, field: FieldState) -> None:
        """Records by the id that they point at."""
        wanted = next((value for record in obj.live if (value := record.values[field.id]) is not None), None)
        text = f"{field.column}[is]:NULL" if wanted is None else f"{field.column}[eq]:{wanted}"
        answer = self._list(obj, text)
        expected = [record.id for record in obj.live if record.values[field.id] == wanted]
        same(f"/rest/{obj.plural} {text}", [record["id"] for record in answer["data"][obj.plural]], expected)

    def searched(self, obj: ObjectState) -> None:
        """Records by a word of their names, which no other field is searched for."""
        [name] = [field for field in obj.fields if field.name == "name"]
        word = next((value for record in obj.live if (value := record.values[name.id])), "nothing")
        call = f"search(searchInput: $t, limit: {_PAGE}, includedObjectNameSingulars: $names)"
        document = (
            f"query($t: String!, $names: [String!]) {{ {call} {{ edges {{ node {{ recordId objectNameSingular label "
            "} } } }"
        )
        hits = [edge["node"] for edge in self.api.graphql(document, t=word, names=[obj.singular])["search"]["edges"]]
        expected = sorted(record.id for record in obj.live if record.values[name.id] == word)
        same(f"search of {obj.plural} for {word}", sorted(hit["recordId"] for hit in hits), expected)
        rendered = {(hit["objectNameSingular"], hit["label"]) for hit in hits}
        same(f"names in a search of {obj.plural}", rendered - {(obj.singular, word)}, set())

    def trashed(self, obj: ObjectState) -> None:
        answer = self._list(obj, "deletedAt[is]:NOT_NULL")
        actual = {record["id"]: record for record in answer["data"][obj.plural]}
        same(f"trash of {obj.plural}", sorted(actual), sorted(record.id for record in obj.trash))
        for record in obj.trash:
            rest_record(f"trash of {obj.plural} {record.id}", obj, record, actual[record.id])


_NOBODY = "00000000-0000-4000-8000-000000000000"
_DIRECTIONS = ("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")


def _sortable(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def _hashable(value: Value) -> Value:
    return None if value == "" else value


def _without_nulls(default: Any) -> Any:
    """Defaults of composites are completed by nulls."""
    if not isinstance(default, dict):
        return default
    return {name: value for name, value in default.items() if value not in (None, [])} or None


def _live_target(field: FieldState, record: RecordState) -> str | None:
    """The id of the record that a relation shows: one in the trash is not shown."""
    assert field.target is not None
    target = field.target.records.get(record.values[field.id])
    return None if target is None or target.is_deleted else target.id


def _selection(field: FieldState) -> str:
    if field.relation == ONE_TO_MANY:
        return f"{field.name}(first: {_PAGE}) {{ edges {{ node {{ id }} }} }}"
    if field.relation == MANY_TO_ONE:
        return f"{field.column} {field.name} {{ id }}"
    assert field.kind is not None
    return f"{field.name} {field.kind.members}"


def _shown_by_graphql(field: FieldState, node: Mapping[str, Any]) -> dict[str, Any]:
    if field.relation == ONE_TO_MANY:
        return {field.name: sorted(edge["node"]["id"] for edge in node[field.name]["edges"])}
    if field.relation == MANY_TO_ONE:
        return {field.column: node[field.column], field.name: (node[field.name] or {}).get("id")}
    return {field.name: _seen(field, node[field.name])}


def _expected_of_graphql(obj: ObjectState, record: RecordState, field: FieldState) -> dict[str, Any]:
    if field.relation == ONE_TO_MANY:
        return {field.name: obj.children(record, field)}
    if field.relation == MANY_TO_ONE:
        target = _live_target(field, record)
        return {field.column: target, field.name: target}
    return {field.name: _seen(field, record.values[field.id])}
