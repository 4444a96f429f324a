"""Requests that between them use every operation of both APIs, over the records of ``worlds``.

Each is ``(api, …)``: ``("rest", method, path, body, params)`` or ``("graphql", document, variables)``. They name
visible, hidden and unknown records alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .worlds import OBJECTS, PLURALS, Data, Spec, as_body, record_id

Request = tuple[Any, ...]
UNKNOWN = record_id("nobody")


def rest(method: str, path: str, body: Any = None, **params: Any) -> Request:
    return ("rest", method, f"/rest/{path}", body, params)


def graphql(document: str, **variables: Any) -> Request:
    return ("graphql", document, variables)


def some_ids(data: Data, obj: str) -> list[str]:
    """Ids of visible records, of hidden ones that all workspaces have, and of none."""
    return [*data.ids(obj)[:3], *data.ids(obj)[-1:], *(record_id(f"{obj} shared {i}") for i in (0, 1, 3)), UNKNOWN]


_FIRMS = [record_id("company 0"), record_id("company 1")]
_FIELDS = {
    "company": "id name position createdAt annualRevenue { amountMicros } domainName { primaryLinkUrl }",
    "person": "id name { firstName lastName } jobTitle companyId emails { primaryEmail } position",
    "opportunity": "id name stage amount { amountMicros } closeDate companyId pointOfContactId position",
}
#: Filters of both APIs, among them such that nulls, negations and related records decide.
_FILTERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "company": [
        ("name[ilike]:%a%", {"name": {"ilike": "%a%"}}),
        ("not(name[like]:%Acme%)", {"not": {"name": {"like": "%Acme%"}}}),
        ("people.jobTitle[eq]:Analyst", {"people": {"jobTitle": {"eq": "Analyst"}}}),
        ("not(people.jobTitle[is]:NULL)", {"not": {"people": {"jobTitle": {"is": "NULL"}}}}),
        ("opportunities.stage[in]:[NEW,MEETING]", {"opportunities": {"stage": {"in": ["NEW", "MEETING"]}}}),
        ("deletedAt[is]:NOT_NULL", {"deletedAt": {"is": "NOT_NULL"}}),
        (
            "or(deletedAt[is]:NOT_NULL,name[ilike]:%e%)",
            {"or": [{"deletedAt": {"is": "NOT_NULL"}}, {"name": {"ilike": "%e%"}}]},
        ),
    ],
    "person": [
        ("jobTitle[eq]:Analyst", {"jobTitle": {"eq": "Analyst"}}),
        ("jobTitle[is]:NULL", {"jobTitle": {"is": "NULL"}}),
        ("jobTitle[neq]:Baker", {"jobTitle": {"neq": "Baker"}}),
        ("company.name[ilike]:%acme%", {"company": {"name": {"ilike": "%acme%"}}}),
        ("not(company.name[ilike]:%acme%)", {"not": {"company": {"name": {"ilike": "%acme%"}}}}),
        ("company.name[is]:NULL", {"company": {"name": {"is": "NULL"}}}),
        ("company.createdAt[gt]:2025-01-10T00:00:00Z", {"company": {"createdAt": {"gt": "2025-01-10T00:00:00Z"}}}),
        ("companyId[is]:NULL", {"companyId": {"is": "NULL"}}),
        (f"companyId[eq]:{record_id('company shared 0')}", {"companyId": {"eq": record_id("company shared 0")}}),
        (f"companyId[in]:[{','.join(_FIRMS)}]", {"companyId": {"in": _FIRMS}}),
        ("deletedAt[is]:NOT_NULL", {"deletedAt": {"is": "NOT_NULL"}}),
        (
            "name.firstName[eq]:Ada,jobTitle[eq]:Analyst",
            {"name": {"firstName": {"eq": "Ada"}}, "jobTitle": {"eq": "Analyst"}},
        ),
    ],
    "opportunity": [
        ("stage[eq]:NEW", {"stage": {"eq": "NEW"}}),
        ("stage[in]:[NEW,SCREENING]", {"stage": {"in": ["NEW", "SCREENING"]}}),
        ("amount.amountMicros[gte]:1000000", {"amount": {"amountMicros": {"gte": 1000000}}}),
        ("closeDate[lt]:2025-03-01T00:00:00Z", {"closeDate": {"lt": "2025-03-01T00:00:00Z"}}),
        ("pointOfContact.jobTitle[eq]:Analyst", {"pointOfContact": {"jobTitle": {"eq": "Analyst"}}}),
        ("not(pointOfContact.jobTitle[eq]:Analyst)", {"not": {"pointOfContact": {"jobTitle": {"eq": "Analyst"}}}}),
        ("company.name[ilike]:%delta%", {"company": {"name": {"ilike": "%delta%"}}}),
    ],
}
_ORDERS: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {
    "company": [
        ("name,createdAt[DescNullsLast]", [{"name": "AscNullsFirst"}, {"createdAt": "DescNullsLast"}]),
        ("position[DescNullsLast]", [{"position": "DescNullsLast"}]),
    ],
    "person": [
        ("company.name[AscNullsFirst]", [{"company": {"name": "AscNullsFirst"}}]),
        (
            "company.createdAt[DescNullsLast],name.firstName",
            [{"company": {"createdAt": "DescNullsLast"}}, {"name": {"firstName": "AscNullsFirst"}}],
        ),
        ("jobTitle[DescNullsFirst]", [{"jobTitle": "DescNullsFirst"}]),
    ],
    "opportunity": [
        ("stage,amount.amountMicros", [{"stage": "AscNullsFirst"}, {"amount": {"amountMicros": "AscNullsFirst"}}]),
        ("pointOfContact.jobTitle[AscNullsLast]", [{"pointOfContact": {"jobTitle": "AscNullsLast"}}]),
        ("id[DescNullsLast]", [{"id": "DescNullsLast"}]),
    ],
}
_NESTED = {
    "company": """
        people(orderBy: [{createdAt: DescNullsLast}]) { totalCount countEmptyJobTitle edges { node { id jobTitle
          pointOfContactForOpportunities { totalCount edges { node { id company { id name } } } } } cursor }
          pageInfo { hasNextPage endCursor } }
        firstOnly: people(first: 1) { totalCount edges { node { id } } pageInfo { hasNextPage } }
        counted: people { totalCount }
        wanted: people(filter: {jobTitle: {eq: "Analyst"}}, last: 2) { totalCount edges { node { id } } }
        opportunities(offset: 1) { totalCount sumAmountAmountMicros edges { node { id pointOfContact { id } } } }""",
    "person": """
        company { id name people { totalCount edges { node { id } } } opportunities { totalCount } }
        pointOfContactForOpportunities(filter: {company: {name: {ilike: "%a%"}}}) { totalCount edges { node { id
          company { id people { edges { node { id company { name } } } } } } } }""",
    "opportunity": """
        company { id name people(first: 2) { totalCount edges { node { id } } } }
        pointOfContact { id jobTitle company { id name opportunities { totalCount edges { node { id } } } } }""",
}
_AGGREGATES = {
    "company": "totalCount countNotEmptyName sumAnnualRevenueAmountMicros maxCreatedAt countUniqueValuesName",
    "person": "totalCount countEmptyJobTitle percentageEmptyJobTitle countUniqueValuesName countNotEmptyId",
    "opportunity": "totalCount sumAmountAmountMicros avgAmountAmountMicros minCloseDate countUniqueValuesStage",
}
_GROUPS: dict[str, list[list[dict[str, Any]]]] = {
    "company": [[{"name": True}], [{"createdAt": {"granularity": "MONTH", "timeZone": "UTC"}}]],
    "person": [[{"jobTitle": True}], [{"company": {"name": True}}], [{"companyId": True}, {"jobTitle": True}]],
    "opportunity": [
        [{"stage": True}],
        [{"company": {"name": True}}, {"stage": True}],
        [{"pointOfContact": {"jobTitle": True}}],
    ],
}
#: What groups count.
_MEASURES = {
    "company": ["sumAnnualRevenueAmountMicros", "countNotEmptyId"],
    "person": ["countEmptyJobTitle", "countNotEmptyId"],
    "opportunity": ["sumAmountAmountMicros", "countNotEmptyId"],
}


def reads(data: Data) -> Iterator[Request]:
    for obj in OBJECTS:
        yield from _lists(obj)
        yield from _single(data, obj)
        yield from _groups(obj)
        yield from _duplicates(data, obj)
    yield from _searches()


def _lists(obj: str) -> Iterator[Request]:
    plural, type_name = PLURALS[obj], obj.capitalize()
    yield rest("GET", plural)
    yield rest("GET", plural, depth="1")
    yield rest("GET", plural, limit="0")
    fields, nested, aggregates = _FIELDS[obj], _NESTED[obj], _AGGREGATES[obj]
    document = f"""query Q($filter: {type_name}FilterInput, $orderBy: [{type_name}OrderByInput], $first: Int,
                            $last: Int) {{
        {plural}(filter: $filter, orderBy: $orderBy, first: $first, last: $last) {{ {aggregates}
          edges {{ cursor node {{ {fields} {nested} }} }}
          pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    yield graphql(document)
    yield graphql(f"{{ {plural} {{ {aggregates} }} }}")
    yield graphql(f"{{ {plural} {{ totalCount }} }}")
    yield graphql(f"{{ {plural} {{ edges {{ node {{ id }} }} }} }}")
    for text, condition in _FILTERS[obj]:
        yield rest("GET", plural, filter=text, depth="1")
        yield graphql(document, filter=condition)
        yield graphql(f"query Q($f: {type_name}FilterInput!) {{ {obj}(filter: $f) {{ id }} }}", f=condition)
        yield graphql(f"query Q($f: {type_name}FilterInput) {{ {plural}(filter: $f) {{ {aggregates} }} }}", f=condition)
    for text, order in _ORDERS[obj]:
        yield rest("GET", plural, order_by=text, limit="3")
        for text_filter, condition in _FILTERS[obj][:4]:
            yield rest("GET", plural, order_by=text, limit="2", filter=text_filter)
            yield graphql(document, filter=condition, orderBy=order, first=2)
            yield graphql(document, filter=condition, orderBy=order, last=2)


def _single(data: Data, obj: str) -> Iterator[Request]:
    for i in some_ids(data, obj):
        yield rest("GET", f"{PLURALS[obj]}/{i}")
        yield rest("GET", f"{PLURALS[obj]}/{i}", depth="1")
        yield graphql(
            f"query Q($id: UUID) {{ {obj}(filter: {{id: {{eq: $id}}}}) {{ {_FIELDS[obj]} {_NESTED[obj]} }} }}", id=i
        )
    ids = some_ids(data, obj)
    yield rest("GET", PLURALS[obj], filter=f"id[in]:[{','.join(ids)}]")
    yield rest("GET", PLURALS[obj], filter=f"id[neq]:{ids[0]}")


def _groups(obj: str) -> Iterator[Request]:
    plural, type_name = PLURALS[obj], obj.capitalize()
    measures = _MEASURES[obj]
    for dimensions in _GROUPS[obj]:
        for text, condition in [(None, None), *_FILTERS[obj][:4]]:
            extra = {} if text is None else {"filter": text}
            yield rest(
                "GET",
                f"{plural}/groupBy",
                group_by=dimensions,
                aggregate=measures,
                include_records_sample="true",
                **extra,
            )
            yield graphql(
                f"""query Q($groupBy: [{type_name}GroupByInput!]!, $filter: {type_name}FilterInput) {{
                  {plural}GroupBy(groupBy: $groupBy, filter: $filter) {{ groupByDimensionValues totalCount
                    {" ".join(measures)} edges {{ node {{ {_FIELDS[obj]} {_NESTED[obj]} }} }} }} }}""",
                groupBy=dimensions,
                filter=condition,
            )


def _duplicates(data: Data, obj: str) -> Iterator[Request]:
    if obj == "opportunity":
        return
    bodies = {
        "company": [{"name": "Acme Acme"}, {"domainName": {"primaryLinkUrl": "https://company-shared-0.example"}}],
        "person": [
            {"name": {"firstName": "Ada", "lastName": "Acme"}},
            {"name": {"firstName": "Bob", "lastName": "Echo"}},
        ],
    }[obj]
    yield rest("POST", f"{PLURALS[obj]}/duplicates", {"data": bodies}, depth="1")
    yield rest("POST", f"{PLURALS[obj]}/duplicates", {"ids": some_ids(data, obj)})
    document = f"""query Q($ids: [UUID]) {{ {obj}Duplicates(ids: $ids) {{ totalCount
        edges {{ node {{ {_FIELDS[obj]} {_NESTED[obj]} }} }} }} }}"""
    yield graphql(document, ids=some_ids(data, obj))


def _searches() -> Iterator[Request]:
    document = """query Q($text: String!, $limit: Int!, $filter: ObjectRecordFilterInput, $only: [String!]) {
        search(searchInput: $text, limit: $limit, filter: $filter, includedObjectNameSingulars: $only) {
          edges { node { recordId objectNameSingular label tsRank tsRankCD } cursor }
          pageInfo { hasNextPage endCursor } } }"""
    for text in ("acme", "ada", "del", "a", "ada acme", "new", ""):
        yield graphql(document, text=text, limit=3, only=list(OBJECTS))
        yield graphql(
            document, text=text, limit=50, only=list(OBJECTS), filter={"createdAt": {"gt": "2025-01-05T00:00:00Z"}}
        )
        yield graphql(document, text=text, limit=50, only=list(OBJECTS), filter={"deletedAt": {"is": "NOT_NULL"}})


# ------------------------------------------------------------------ writes


def missed_writes(data: Data) -> Iterator[Request]:
    """Changes that name hidden and unknown records: they find nothing."""
    for obj in OBJECTS:
        plural, title = PLURALS[obj], obj.capitalize()
        body = {"name": {"firstName": "Changed"}} if obj == "person" else {"name": "Changed Acme"}
        for i in (record_id(f"{obj} shared 0"), record_id(f"{obj} shared 3"), UNKNOWN):
            yield rest("PATCH", f"{plural}/{i}", body)
            yield rest("PATCH", f"{plural}/{i}", {"createdAt": "never"})
            yield rest("DELETE", f"{plural}/{i}", soft_delete="true")
            yield rest("DELETE", f"{plural}/{i}")
            yield rest("PATCH", f"{plural}/{i}/restore")
            for verb in ("delete", "destroy", "restore"):
                yield graphql(f"mutation M($id: UUID!) {{ {verb}{title}(id: $id) {{ id }} }}", id=i)
            condition = {"id": {"eq": i}}
            for verb in ("delete", "destroy", "restore"):
                many = f"{verb}{plural[0].upper()}{plural[1:]}"
                yield graphql(f"mutation M($f: {title}FilterInput!) {{ {many}(filter: $f) {{ id }} }}", f=condition)
            yield rest("PATCH", plural, body, filter=f"id[eq]:{i}")
        if obj != "opportunity" and data.visible[obj]:
            for ids in (
                [data.ids(obj)[0], record_id(f"{obj} shared 0")],
                [record_id(f"{obj} shared 1"), data.ids(obj)[1]],
            ):
                yield rest("PATCH", f"{plural}/merge", {"ids": ids, "conflictPriorityIndex": 0})
                yield rest("PATCH", f"{plural}/merge", {"ids": ids, "conflictPriorityIndex": 1, "dryRun": True})


def missed_references(data: Data) -> Iterator[Request]:
    """References to hidden and unknown companies, in every form of a body that would be fine without them."""
    deal = fresh(data.visible["opportunity"][0], "deal that refers")
    other = fresh(data.visible["opportunity"][0], "other deal")
    visible = data.ids("company")[0]
    shared = {record_id("company shared 0"), record_id("company shared 3")}
    changed = next(spec["id"] for spec in data.visible["opportunity"] if spec["companyId"] not in shared)
    for i in (record_id("company shared 0"), record_id("company shared 3"), UNKNOWN):
        name = "company-shared-0" if i != UNKNOWN else "nobody"
        for reference in (
            {"companyId": i},
            {"company": {"connect": {"where": {"id": i}}}},
            {"company": {"connect": {"where": {"domainName": {"primaryLinkUrl": f"https://{name}.example"}}}}},
        ):
            change = {"name": f"{deal['name']} changed", **reference}
            yield rest("POST", "opportunities", {**deal, **reference})
            yield rest("POST", "batch/opportunities", [{**deal, **reference}, {**other, "companyId": visible}])
            yield rest("PATCH", f"opportunities/{changed}", change)
            yield rest("PATCH", "opportunities", change, filter="name[ilike]:%deal%")


def fresh(spec: Spec, name: str) -> Spec:
    """The body of a new record that is like another, but for its id and unique values; references are to a record that
    roles see.
    """
    body = {key: value for key, value in as_body(spec).items() if key not in ("deletedAt", "position")}
    if "emails" in body:
        body["emails"] = {"primaryEmail": f"{name.replace(' ', '.')}@example.com"}
    if "domainName" in body:
        body["domainName"] = {"primaryLinkUrl": f"https://{name.replace(' ', '-')}.example"}
    body.pop("pointOfContactId", None)
    if body.get("companyId") is not None:
        body["companyId"] = _FIRMS[0]
    return {**body, "id": record_id(name)}
