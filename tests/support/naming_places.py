"""Places where a request to the Core APIs can name a field, as data: for a field of rockets (``tests.support.twins``)
every request that names it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from icosa.model.model import Field, Object
from icosa.model.types.base import Leaf
from icosa.query.aggregates import aggregates_of
from icosa.query.cursors import encode
from icosa.query.operation import Cursor, OrderTerm
from tests.support.restricted import DENIED, Caller
from tests.support.twins import PEOPLE, ROCKETS, TRASHED, values_of

Answer = tuple[int, Any]
Ask = Callable[[Caller], Answer]


# ------------------------------------------------------------------ asking


def rest(method: str, path: str, body: Any = None, **params: Any) -> Ask:
    def ask(caller: Caller) -> Answer:
        reply = caller.rest(method, path, body, headers={"X-Icosa-Explain": "1"}, **params)
        return reply.status, [reply.json, dict(reply.headers)]

    return ask


def gql(query: str, **variables: Any) -> Ask:
    def ask(caller: Caller) -> Answer:
        reply = caller.gql.send("POST", {"query": query, "variables": variables}, explain=True)
        return reply.status, [reply.json, dict(reply.headers)]

    return ask


def is_refused(answer: Answer) -> bool:
    status, (body, _) = answer
    if "errors" in body:
        return all(value is None for value in (body.get("data") or {}).values())
    return status in (400, 403)


def is_denied(answer: Answer) -> bool:
    status, (body, _) = answer
    return status == 403 or any(error.get("message") == DENIED for error in body.get("errors", ()))


# ------------------------------------------------------------------ the places


def _nested(leaf: Leaf, inner: Any) -> dict[str, Any]:
    """``{"pad": {"addressCity": inner}}``."""
    for name in reversed(leaf.path):
        inner = {name: inner}
    assert isinstance(inner, dict)
    return inner


def _operands(leaf: Leaf) -> Iterator[tuple[str, Any]]:
    """Operators with operands that hold for the first database."""
    value = values_of("left", 1)[leaf.field.name]
    value = value.get(leaf.subfield) if leaf.subfield is not None else value
    for name in leaf.kind.operators:
        if name == "is":
            yield name, "NOT_NULL"
        elif value is None:
            continue
        elif "like" in name.lower():
            yield name, f"%{value[0] if isinstance(value, list) else value}%"
        elif isinstance(value, list):
            yield name, value
        else:
            yield name, [value] if name in ("in", "containsAny") else value


def _conditions(leaf: Leaf) -> Iterator[tuple[str, dict[str, Any]]]:
    """Filters in the text of REST and in the form of GraphQL."""
    for name, operand in _operands(leaf):
        text = f"[{','.join(map(_text, operand))}]" if isinstance(operand, list) else _text(operand)
        yield f"{leaf.dotted}[{name}]:{text}", _nested(leaf, {name: operand})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _filters(obj: Object, field: Field) -> Iterator[Ask]:
    many, one = "rockets", "Rocket"
    for leaf in field.leaves:
        for text, condition in _conditions(leaf):
            for whole in (text, f"not({text})", f'or(name[eq]:"x",{text})'):
                yield rest("GET", f"/rest/{many}", filter=whole)
            yield rest("GET", "/rest/companies", filter=f"rockets.{text}")
            yield rest("GET", "/rest/people", filter=f"ship.{text}")
            yield rest("GET", "/rest/rockets/groupBy", group_by=[{"name": True}], filter=text)
            yield rest("PATCH", f"/rest/{many}", {"name": "changed"}, filter=text)
            yield rest("DELETE", f"/rest/{many}", filter=text, soft_delete="true")
            yield rest("DELETE", f"/rest/{many}", filter=text)
            yield rest("PATCH", f"/rest/{many}/restore", filter=text)
            page = "{ totalCount edges { node { id } } }"
            yield gql(f"query($f: {one}FilterInput) {{ rockets(filter: $f) {page} }}", f=condition)
            yield gql(f"query($f: {one}FilterInput) {{ rockets(filter: $f) {page} }}", f={"not": condition})
            yield gql(f"query($f: {one}FilterInput!) {{ rocket(filter: $f) {{ id }} }}", f=condition)
            yield gql(
                f"query($f: {one}FilterInput) {{ companies {{ edges {{ node {{ rockets(filter: $f) {page} }} }} }} }}",
                f=condition,
            )
            yield gql(f"query($f: CompanyFilterInput) {{ companies(filter: $f) {page} }}", f={"rockets": condition})
            yield gql(f"query($f: PersonFilterInput) {{ people(filter: $f) {page} }}", f={"ship": condition})
            grouped = "rocketsGroupBy(groupBy: [{name: true}], filter: $f) { totalCount }"
            yield gql(f"query($f: {one}FilterInput) {{ {grouped} }}", f=condition)
            for mutation in ("deleteRockets", "destroyRockets", "restoreRockets"):
                yield gql(f"mutation($f: {one}FilterInput!) {{ {mutation}(filter: $f) {{ id }} }}", f=condition)
            changed = 'updateRockets(filter: $f, data: {name: "changed"}) { id }'
            yield gql(f"mutation($f: {one}FilterInput!) {{ {changed} }}", f=condition)


def _orders(obj: Object, field: Field) -> Iterator[Ask]:
    for leaf in field.leaves:
        if not leaf.kind.is_sortable:
            continue
        order = _nested(leaf, "AscNullsFirst")
        forged = encode((OrderTerm(leaf, "AscNullsFirst"),), Cursor((None,), ROCKETS[0]))
        yield rest("GET", "/rest/rockets", order_by=f"{leaf.dotted}[AscNullsFirst]")
        yield rest("GET", "/rest/rockets", order_by=f"{leaf.dotted}[AscNullsFirst]", starting_after=forged)
        yield rest("GET", "/rest/rockets", order_by=f"name,{leaf.dotted}[DescNullsLast]", ending_before=forged)
        yield rest("GET", "/rest/people", order_by=f"ship.{leaf.dotted}[AscNullsFirst]")
        records = f"{leaf.dotted}[AscNullsFirst]"
        yield rest(
            "GET",
            "/rest/rockets/groupBy",
            group_by=[{"name": True}],
            order_by_for_records=records,
            include_records_sample="true",
        )
        page = "{ edges { cursor node { id } } }"
        yield gql(f"query($o: [RocketOrderByInput]) {{ rockets(orderBy: $o) {page} }}", o=[order])
        yield gql(
            f"query($o: [RocketOrderByInput], $a: String) {{ rockets(orderBy: $o, after: $a) {page} }}",
            o=[order],
            a=forged,
        )
        yield gql(f"query($o: [PersonOrderByInput]) {{ people(orderBy: $o) {page} }}", o=[{"ship": order}])
        yield gql(
            f"query($o: [RocketOrderByInput]) {{ companies {{ edges {{ node {{ rockets(orderBy: $o) {page} }} }} }} }}",
            o=[order],
        )
        yield gql(
            f"query($o: [RocketOrderByInput]) {{"
            f" rocketsGroupBy(groupBy: [{{name: true}}], orderByForRecords: $o) {page} }}",
            o=[order],
        )


def _groups(obj: Object, field: Field) -> Iterator[Ask]:
    for leaf in field.leaves:
        if not (leaf.kind.is_groupable and field.type.is_groupable):
            continue
        options: list[Any] = [True]
        if leaf.kind.calendar is not None:
            options.append({"granularity": "MONTH", "timeZone": "UTC"})
        if leaf.kind.is_list:
            options.append({"unnest": True})
        for option in options:
            group, counted = _nested(leaf, option), "{ groupByDimensionValues totalCount }"
            yield rest("GET", "/rest/rockets/groupBy", group_by=[group])
            yield rest("GET", "/rest/rockets/groupBy", group_by=[{"name": True}, group], include_records_sample="true")
            yield rest("GET", "/rest/people/groupBy", group_by=[{"ship": group}])
            yield gql(
                f"query($g: [RocketGroupByInput!]!) {{ rocketsGroupBy(groupBy: $g) {counted} }}",
                g=[group],
            )
            yield gql(
                f"query($g: [PersonGroupByInput!]!) {{ peopleGroupBy(groupBy: $g) {counted} }}",
                g=[{"ship": group}],
            )


def _aggregates(obj: Object, field: Field) -> Iterator[Ask]:
    for aggregate in aggregates_of(obj).values():
        if aggregate.field is not field:
            continue
        name = aggregate.name
        by_name = [{"name": True}]
        yield rest("GET", "/rest/rockets/groupBy", group_by=by_name, aggregate=[name])
        yield rest("GET", "/rest/rockets/groupBy", group_by=by_name, order_by=[{"aggregate": {name: "AscNullsFirst"}}])
        yield gql(f"{{ rockets {{ {name} }} }}")
        yield gql(f"{{ rockets {{ x: {name} edges {{ node {{ id }} }} }} }}")
        yield gql(f"{{ companies {{ edges {{ node {{ rockets {{ {name} }} }} }} }} }}")
        yield gql(f"{{ rocketsGroupBy(groupBy: [{{name: true}}]) {{ {name} }} }}")
        yield gql(
            "query($o: [RocketOrderByWithGroupByInput!]) {"
            " rocketsGroupBy(groupBy: [{name: true}], orderBy: $o) { totalCount } }",
            o=[{"aggregate": {name: "AscNullsFirst"}}],
        )
        yield gql(f'{{ rocketDuplicates(ids: ["{ROCKETS[0]}"]) {{ {name} }} }}')


def _selections(obj: Object, field: Field) -> Iterator[Ask]:
    for depth in ("0", "1"):
        yield rest("GET", "/rest/rockets", fields=f"name,{field.name}", depth=depth)
        yield rest("GET", f"/rest/rockets/{ROCKETS[0]}", fields=field.name, depth=depth)
        yield rest("POST", "/rest/rockets", {"name": "new"}, fields=field.name, depth=depth)
        yield rest("PATCH", f"/rest/rockets/{ROCKETS[0]}", {"name": "changed"}, fields=field.name, depth=depth)
        yield rest("POST", "/rest/rockets/duplicates", {"ids": ROCKETS}, fields=field.name, depth=depth)
    leaf = field.leaves[0]
    shown = f"{field.name} {{ {leaf.subfield} }}" if leaf.subfield is not None else field.name
    for query in (
        f"{{ rockets {{ edges {{ node {{ {shown} }} }} }} }}",
        f"{{ rockets {{ edges {{ node {{ hers: {shown} }} }} }} }}",
        f"{{ rockets {{ edges {{ node {{ ...F }} }} }} }} fragment F on Rocket {{ {shown} }}",
        f'{{ rocket(filter: {{id: {{eq: "{ROCKETS[0]}"}}}}) {{ {shown} }} }}',
        f"{{ people {{ edges {{ node {{ ship {{ {shown} }} }} }} }} }}",
        f"{{ companies {{ edges {{ node {{ rockets {{ edges {{ node {{ {shown} }} }} }} }} }} }} }}",
        f"{{ rocketsGroupBy(groupBy: [{{name: true}}]) {{ edges {{ node {{ {shown} }} }} }} }}",
        f'{{ rocketDuplicates(ids: ["{ROCKETS[0]}"]) {{ edges {{ node {{ {shown} }} }} }} }}',
        f'mutation {{ createRocket(data: {{name: "new"}}) {{ {shown} }} }}',
        f'mutation {{ createRockets(data: [{{name: "new"}}]) {{ {shown} }} }}',
        f'mutation {{ createPerson(data: {{ship: {{create: {{name: "new"}}}}}}) {{ ship {{ {shown} }} }} }}',
        f'mutation {{ updateRocket(id: "{ROCKETS[0]}", data: {{name: "changed"}}) {{ {shown} }} }}',
        f'mutation {{ deleteRocket(id: "{ROCKETS[0]}") {{ {shown} }} }}',
        f'mutation {{ destroyRocket(id: "{ROCKETS[0]}") {{ {shown} }} }}',
        f'mutation {{ restoreRocket(id: "{TRASHED}") {{ {shown} }} }}',
        f'mutation {{ mergePeople(ids: ["{PEOPLE[0]}", "{PEOPLE[1]}"], conflictPriorityIndex: 0, dryRun: true)'
        f" {{ ship {{ {shown} }} }} }}",
    ):
        yield gql(query)


def _guesses(obj: Object, field: Field) -> Iterator[Ask]:
    """Values of the first database, of the second, and of nobody."""
    for side in ("left", "right", "nobody"):
        value = values_of(side, 1)[field.name]
        where = {"ship": {"connect": {"where": {field.name: value}}}}
        yield rest("POST", "/rest/people", where)
        yield rest("POST", "/rest/batch/people", [{}, where])
        yield rest("PATCH", f"/rest/people/{PEOPLE[0]}", where)
        yield gql("mutation($d: PersonCreateInput!) { createPerson(data: $d) { id } }", d=where)
        yield rest("POST", "/rest/rockets/duplicates", {"data": [{field.name: value}]})
        yield gql(
            "query($d: [RocketCreateInput!]) { rocketDuplicates(data: $d) { totalCount } }", d=[{field.name: value}]
        )


PLACES: Mapping[str, Callable[[Object, Field], Iterator[Ask]]] = {
    "filter": _filters,
    "order": _orders,
    "group": _groups,
    "aggregate": _aggregates,
    "selection": _selections,
    "guess": _guesses,
}
