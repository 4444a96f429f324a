"""The dearest requests that pass all limits (docs/limits.md), as far as anybody has found them.

Each is built from the limits themselves: raise one, and the request grows with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.client import Call
from icosa import limits
from icosa.api.graphql.settings import settings
from icosa.api.metadata.graphql.limits import MAX_ROOT_FIELDS
from icosa.model.rich_text.marks import marks_in

_CONDITIONS = limits.FILTER_CONDITIONS.most
_PATTERN = limits.FILTER_PATTERN_CHARACTERS.most // _CONDITIONS
_ROOTS = settings.query_root_limit
_BATCH = settings.batch_limit
_PAGE = settings.page_limit
#: How the names and titles of all records begin that are written.
WRITTEN = "hostile"
_ZONES = ("Europe/Paris", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """``what`` describes the request for the table in docs/limits.md."""

    what: str
    call: Callable[[], Call]


def _graphql(query: str, **variables: Any) -> Call:
    return Call(method="POST", path="/graphql", body={"query": query, "variables": variables})


def _metadata(query: str, **variables: Any) -> Call:
    return Call(method="POST", path="/metadata", body={"query": query, "variables": variables})


def _roots(field: str, count: int = _ROOTS) -> str:
    return "{" + " ".join(f"r{number}: {field}" for number in range(count)) + "}"


# ------------------------------------------------------------------ filters


def _filtered(filter: Mapping[str, Any], plural: str = "people", selection: str = "totalCount") -> Call:
    kind = {"people": "Person", "companies": "Company"}[plural]
    query = f"query q($f: {kind}FilterInput) {{{plural}(filter: $f) {{{selection}}}}}"
    return _graphql(query, f=filter)


def _each(condition: Callable[[int], Mapping[str, Any]], count: int = _CONDITIONS) -> list[Mapping[str, Any]]:
    return [condition(number) for number in range(count)]


def _pattern(number: int, text: str) -> str:
    """A pattern as long as one of many may be, of ``text`` again and again; no two are the same."""
    return f"%{(text * _PATTERN)[: _PATTERN - 4]}{number:02x}%"[:_PATTERN]


def _text_filters() -> Iterator[Hostile]:
    title = "jobTitle"
    for name, text in (("many `%`", "a%"), ("many `_`", "a_"), ("only `_`", "_")):
        yield Hostile(
            what=f"`or` of {_CONDITIONS} `ilike` on people, {name}",
            call=lambda text=text: _filtered({"or": _each(lambda n: {title: {"ilike": _pattern(n, text)}})}),  # type: ignore[misc]
        )
    yield Hostile(
        what=f"the same through `company`, {_CONDITIONS} conditions",
        call=lambda: _filtered({"or": _each(lambda n: {"company": {"name": {"ilike": _pattern(n, "a%")}}})}),
    )
    yield Hostile(
        what=f"`or` of {_CONDITIONS} conditions on companies through `people`",
        call=lambda: _filtered({"or": _each(lambda n: {"people": {title: {"ilike": _pattern(n, "a%")}}})}, "companies"),
    )
    yield Hostile(
        what=f"`or` of {_CONDITIONS} `like` on a list of links as JSON",
        call=lambda: _filtered({"or": _each(lambda n: {"emails": {"additionalEmails": {"like": _pattern(n, "a%")}}})}),
    )
    yield Hostile(
        what=f"`and` of {_CONDITIONS} `neq`",
        call=lambda: _filtered({"and": _each(lambda n: {title: {"neq": f"t{n}"}})}),
    )
    yield Hostile(
        what=f"`or` of {_CONDITIONS} `eq` on several fields",
        call=lambda: _filtered({"or": _each(lambda n: {("jobTitle", "avatarUrl")[n % 2]: {"eq": f"t{n}"}})}),
    )
    yield Hostile(
        what=f"`and` of {_CONDITIONS} ranges that match everything, ordered by a text",
        call=lambda: _graphql(
            "query q($f: PersonFilterInput) {people(filter: $f, orderBy: [{jobTitle: AscNullsFirst}], first: 200) "
            "{totalCount edges {node {id}}}}",
            f={"and": _each(lambda n: {"createdAt": {"gte": f"1990-01-01T00:00:{n % 60:02}Z"}})},
        ),
    )


def _list_filters() -> Iterator[Hostile]:
    members = limits.FILTER_LIST_MEMBERS.most
    characters = limits.FILTER_VALUE_CHARACTERS.most // members
    yield Hostile(
        what=f"`in` with {members} texts",
        call=lambda: _filtered({"jobTitle": {"in": [f"{n:0{characters}}" for n in range(members)]}}),
    )
    yield Hostile(
        what=f"`in` with {members} e-mail addresses with umlauts",
        call=lambda: _filtered({"emails": {"primaryEmail": {"in": [f"a{n}@mü{n}.example" for n in range(members)]}}}),
    )
    yield Hostile(
        what=f"`in` with {members} ids",
        call=lambda: _filtered({"id": {"in": [f"20202020-0000-4000-8000-{n:012}" for n in range(members)]}}),
    )
    yield Hostile(
        what=f"`not in` with {members} texts, all matches on a page",
        call=lambda: _filtered(
            {"not": {"jobTitle": {"in": [str(n) for n in range(members)]}}},
            selection="totalCount edges {node {id name {firstName} emails {primaryEmail}}}",
        ),
    )


# ------------------------------------------------------------------ lists


def _lists() -> Iterator[Hostile]:
    person = "id name {firstName lastName} emails {primaryEmail additionalEmails} phones {primaryPhoneNumber} jobTitle"
    yield Hostile(
        what=f"{_ROOTS} × companies(60) with people(60) and their company",
        call=lambda: _graphql(
            _roots(
                "companies(first: 60) {edges {node {name people(first: 60) "
                "{edges {node {name {firstName} company {name}}}}}}}"
            )
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × companies({_PAGE}) with the number of their people",
        call=lambda: _graphql(
            _roots(f"companies(first: {_PAGE}) {{edges {{node {{people(first: 0) {{totalCount}}}}}}}}", 9)
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × people({_PAGE}), all that the field limit allows",
        call=lambda: _graphql(
            _roots(f"people(first: {_PAGE}) {{totalCount edges {{cursor node {{{person} company {{name}}}}}}}}")
        ),
    )
    yield Hostile(
        what=f"{_PAGE} people with 1,900 aliases of a composite",
        call=lambda: _graphql(
            f"{{people(first: {_PAGE}) {{edges {{node {{"
            + " ".join(f"a{n}: name {{firstName}}" for n in range(900))
            + "}}}}"
        ),
    )
    yield Hostile(
        what="people in 5 relations inside one another",
        call=lambda: _graphql(
            "{people(first: 8) {edges {node {company {people(first: 14) {edges {node {company {people(first: 14) "
            "{edges {node {jobTitle}}}}}}}}}}}}}"
        ),
    )
    criteria = limits.ORDER_CRITERIA.most // _ROOTS
    orders = ["{jobTitle: DescNullsLast}", "{company: {name: AscNullsFirst}}", "{name: {lastName: AscNullsLast}}"][
        :criteria
    ]
    yield Hostile(
        what=f"{_ROOTS} × people({_PAGE}), ordered by {criteria} fields, one of their company",
        call=lambda: _graphql(
            _roots(f"people(first: {_PAGE}, orderBy: [{', '.join(orders)}]) {{edges {{node {{id}}}}}}")
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × people with an offset beyond all",
        call=lambda: _graphql(_roots("people(first: 1, offset: 2147483647) {edges {node {id}}}")),
    )
    yield Hostile(
        what=f"{_ROOTS} × people with an offset of 900, ordered",
        call=lambda: _graphql(
            _roots("people(first: 100, offset: 900, orderBy: [{jobTitle: DescNullsLast}]) {edges {node {id}}}")
        ),
    )
    yield Hostile(
        what=f"REST: {_PAGE} people with relations, ordered by two texts",
        call=lambda: Call(
            method="GET",
            path="/rest/people",
            query={"limit": str(_PAGE), "depth": "1", "order_by": "jobTitle,name.lastName[DescNullsLast]"},
        ),
    )


# ------------------------------------------------------------------ groups, aggregates, search


def _aggregates(count: int) -> str:
    fields = ("Name", "Emails", "LinkedinLink", "JobTitle", "Phones", "CreatedBy", "UpdatedAt", "CreatedAt", "Position")
    functions = ("countUniqueValues", "percentageEmpty", "countNotEmpty", "countEmpty", "percentageNotEmpty")
    return " ".join([f"{function}{field}" for function in functions for field in fields][:count])


def _groups() -> Iterator[Hostile]:
    per_root = limits.GROUP_DIMENSIONS.most // _ROOTS
    aggregates = _aggregates(limits.AGGREGATES.most // _ROOTS)
    days = ", ".join(f'{{createdAt: {{granularity: DAY, timeZone: "{zone}"}}}}' for zone in _ZONES[:per_root])
    yield Hostile(
        what=f"{_ROOTS} × groupBy of {per_root} days in time zones, {len(aggregates.split())} aggregates",
        call=lambda: _graphql(
            _roots(f"peopleGroupBy(groupBy: [{days}], limit: 200) {{groupByDimensionValues {aggregates}}}")
        ),
    )
    yield Hostile(
        what=f"the same, each with {_CONDITIONS // _ROOTS} conditions of the company",
        call=lambda: _graphql(
            "query q($f: PersonFilterInput) "
            + _roots(
                f"peopleGroupBy(groupBy: [{days}], limit: 200, filter: $f) {{groupByDimensionValues {aggregates}}}"
            ),
            f={
                "or": [
                    *_each(lambda n: {"company": {"name": {"ilike": _pattern(n, "a_")}}}, _CONDITIONS // _ROOTS - 1),
                    {"company": {"id": {"is": "NOT_NULL"}}},
                ]
            },
        ),
    )
    many = ", ".join(
        f'{{createdAt: {{granularity: DAY, timeZone: "{_ZONES[n % 5]}"}}}}' for n in range(limits.GROUP_DIMENSIONS.most)
    )
    yield Hostile(
        what=f"groupBy of {limits.GROUP_DIMENSIONS.most} days in time zones",
        call=lambda: _graphql(f"{{peopleGroupBy(groupBy: [{many}], limit: 200) {{groupByDimensionValues}}}}"),
    )
    yield Hostile(
        what=f"{_ROOTS} × groupBy id with records",
        call=lambda: _graphql(
            _roots(
                "peopleGroupBy(groupBy: [{jobTitle: true}, {name: {lastName: true}}], limit: 200) "
                "{groupByDimensionValues edges {node {id jobTitle}}}"
            )
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × groupBy of a field of the company",
        call=lambda: _graphql(
            _roots(
                "peopleGroupBy(groupBy: [{company: {name: true}}, {name: {lastName: true}}], limit: 200) "
                "{groupByDimensionValues totalCount}"
            )
        ),
    )
    all_at_once = _aggregates(limits.AGGREGATES.most)
    yield Hostile(
        what=f"groupBy name, {len(all_at_once.split())} aggregates",
        call=lambda: _graphql(
            f"{{peopleGroupBy(groupBy: [{{name: {{lastName: true}}}}, {{jobTitle: true}}], limit: 200) "
            f"{{{all_at_once}}}}}"
        ),
    )
    yield Hostile(
        what=f"{_PAGE} companies with {len(all_at_once.split())} aggregates of their people",
        call=lambda: _graphql(f"{{companies(first: 200) {{edges {{node {{people(first: 0) {{{all_at_once}}}}}}}}}}}"),
    )
    yield Hostile(
        what=f"{_ROOTS} × {len(aggregates.split())} aggregates of people",
        call=lambda: _graphql(_roots(f"people(first: 1) {{{aggregates}}}")),
    )
    terms = limits.SEARCH_TERMS.most
    yield Hostile(
        what=f"{terms // 8} × search of 8 terms, 100 results",
        call=lambda: _graphql(
            _roots(
                'search(searchInput: "a b c m e l o s", limit: 100) {edges {node {recordId label tsRank} cursor}}',
                terms // 8,
            )
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × search of {terms // _ROOTS} terms, 100 results",
        call=lambda: _graphql(
            _roots('search(searchInput: "a m", limit: 100) {edges {node {recordId label tsRank} cursor}}')
        ),
    )
    yield Hostile(
        what=f"{_ROOTS} × search without terms, 100 results",
        call=lambda: _graphql(_roots('search(searchInput: "", limit: 100) {edges {node {recordId label}}}')),
    )


# ------------------------------------------------------------------ documents


def _documents() -> Iterator[Hostile]:
    yield Hostile(
        what="a document of 1,990 fields, aliases of one",
        call=lambda: _graphql(
            "{people(first: 1) {edges {node {" + " ".join(f"a{n}: id" for n in range(1_990)) + "}}}}"
        ),
    )
    yield Hostile(
        what="fragments that multiply to 2^30 fields (refused)",
        call=lambda: _graphql(
            "{people {edges {node {...f0}}}} "
            + " ".join(f"fragment f{n} on Person {{...f{n + 1} ...f{n + 1}}}" for n in range(30))
            + " fragment f30 on Person {id}"
        ),
    )
    yield Hostile(
        what="introspection of everything",
        call=lambda: _graphql(
            "{__schema {types {name fields {name args {name type {name ofType {name ofType {name}}}} type {name ofType "
            "{name ofType {name ofType {name}}}}} inputFields {name type {name ofType {name}}} enumValues {name}}}}"
        ),
    )
    yield Hostile(
        what="introspection through types of types (refused or bounded)",
        call=lambda: _graphql("{__schema {types {fields {type {fields {type {fields {type {fields {name}}}}}}}}}}"),
    )
    yield Hostile(
        what="a variable of 5 MB that no field uses",
        call=lambda: _graphql("query q($v: [String]) {people(first: 1) {totalCount}}", v=["a"] * 700_000),
    )
    yield Hostile(
        what="a filter of 5 MB (refused)",
        call=lambda: _filtered({"or": [{"jobTitle": {"eq": "a"}}] * 130_000}),
    )
    yield Hostile(
        what="a list of 5 MB in a filter (refused)",
        call=lambda: _filtered({"emails": {"primaryEmail": {"in": ["ü@ü.example"] * 200_000}}}),
    )
    yield Hostile(
        what="a filter of 5 MB without conditions (refused)",
        call=lambda: _filtered({"or": [{}] * 1_500_000}),
    )
    yield Hostile(
        what="a filter of 5 MB, nested lists (refused)",
        call=lambda: _filtered({"and": [{"or": [{"and": [{}] * 1_000}] * 100}] * 10}),
    )


def _metadata_read() -> Iterator[Hostile]:
    everything = (
        "objects(paging: {first: 1000}) {edges {node {id nameSingular description fieldsList {id name label type "
        "options settings defaultValue relation {sourceFieldMetadata {name} targetObjectMetadata {nameSingular}}} "
        "indexMetadataList {id name}}}}"
    )
    yield Hostile(
        what=f"metadata: {MAX_ROOT_FIELDS} × all objects with all fields",
        call=lambda: _metadata(_roots(everything, MAX_ROOT_FIELDS)),
    )
    filtered = "fields(paging: {first: 1000}, filter: $f) {edges {node {id}}}"
    ids = [{"id": {"notILike": f"20202020-0000-4000-8000-{n:012}"}} for n in range(_CONDITIONS // MAX_ROOT_FIELDS)]
    yield Hostile(
        what=f"metadata: {MAX_ROOT_FIELDS} × all fields, {_CONDITIONS} conditions",
        call=lambda: _metadata("query q($f: FieldFilter) " + _roots(filtered, MAX_ROOT_FIELDS), f={"and": ids}),
    )
    inner = f"objects(paging: {{first: 1000}}) {{edges {{node {{{filtered}}}}}}}"
    yield Hostile(
        what=f"metadata: {MAX_ROOT_FIELDS} × all fields of all objects, {_CONDITIONS} conditions",
        call=lambda: _metadata("query q($f: FieldFilter) " + _roots(inner, MAX_ROOT_FIELDS), f={"and": ids}),
    )
    yield Hostile(
        what="metadata: 15,000 conditions (refused)",
        call=lambda: _metadata(f"query q($f: FieldFilter) {{{filtered}}}", f={"or": [ids[0]] * 15_000}),
    )


# ------------------------------------------------------------------ writes


def _notes(markdown: str, records: int) -> Call:
    return Call(
        method="POST",
        path="/rest/batch/notes",
        body=[{"title": WRITTEN, "bodyV2": {"markdown": markdown}} for _ in range(records)],
    )


def _marked(unit: str, records: int) -> str:
    """``unit`` as often as each of so many texts may have it."""
    marks = limits.RICH_TEXT_MARKS.most // records // marks_in(unit)
    return unit * min(marks, limits.RICH_TEXT_BYTES.most // records // len(unit.encode()))


def _documents_written() -> Iterator[Hostile]:
    for name, unit in (
        ("images that never end", "!["),
        ("list items", "- a\n"),
        ("paragraphs", "a\n\n"),
        ("emphasis in emphasis", "*a **b "),
        ("links", "[a](b) "),
        ("brackets", "["),
        ("link targets with umlauts", "[a](http://" + "ü" * 60 + "/) "),
    ):
        yield Hostile(
            what=f"30 notes of Markdown: {name}",
            call=lambda unit=unit: _notes(_marked(unit, 30), 30),  # type: ignore[misc]
        )
    blocks = "[" + ",".join(["{}"] * (limits.RICH_TEXT_BYTES.most // 9 - 1)) + "]"
    yield Hostile(
        what="3 notes of empty BlockNote blocks",
        call=lambda: Call(
            method="POST",
            path="/rest/batch/notes",
            body=[{"title": WRITTEN, "bodyV2": {"blocknote": blocks}}] * 3,
        ),
    )
    ticks = '[{"type":"codeBlock","props":{},"content":"' + "`" * 60_000 + '","children":[]}]'
    yield Hostile(
        what="8 notes of 60,000 backticks",
        call=lambda: Call(
            method="POST", path="/rest/batch/notes", body=[{"title": WRITTEN, "bodyV2": {"blocknote": ticks}}] * 8
        ),
    )
    yield Hostile(
        what=f"{_BATCH} small notes, to be changed by the next request",
        call=lambda: Call(method="POST", path="/rest/batch/notes", body=[{"title": f"{WRITTEN} to change"}] * _BATCH),
    )
    yield Hostile(
        what=f"{_BATCH} notes changed by filter, the same 200 list items",
        call=lambda: Call(
            method="PATCH",
            path="/rest/notes",
            query={"filter": 'title[eq]:"hostile to change"'},
            body={"bodyV2": {"markdown": "- a\n" * 200}},
        ),
    )


def _people(records: int, **values: Callable[[int], Any]) -> list[Mapping[str, Any]]:
    return [
        {"name": {"firstName": f"H{n}", "lastName": WRITTEN}, **{name: value(n) for name, value in values.items()}}
        for n in range(records)
    ]


def _records_written() -> Iterator[Hostile]:
    each = limits.LIST_MEMBERS.most // _BATCH

    def people(**values: Callable[[int], Any]) -> Call:
        return Call(method="POST", path="/rest/batch/people", body=_people(_BATCH, **values))

    yield Hostile(
        what=f"{_BATCH} people with {each} additional e-mail addresses with umlauts each",
        call=lambda: people(emails=lambda n: {"additionalEmails": [f"a@mü{n}x{m}.example" for m in range(each)]}),
    )
    yield Hostile(
        what=f"{_BATCH} people with {each} additional phones each",
        call=lambda: people(
            phones=lambda n: {
                "additionalPhones": [{"number": f"06{n:02}{m:06}", "countryCode": "FR"} for m in range(each)]
            }
        ),
    )
    yield Hostile(
        what=f"{_BATCH} people with {each} secondary links each",
        call=lambda: people(
            linkedinLink=lambda n: {"secondaryLinks": [{"url": f"https://mü{n}x{m}.example/a"} for m in range(each)]}
        ),
    )
    yield Hostile(
        what=f"{_BATCH} people with new companies (refused: 90 records) ",
        call=lambda: people(company=lambda n: {"create": {"name": f"hostile {n}"}}),
    )
    yield Hostile(
        what=f"{_BATCH} people with companies found by their domain",
        call=lambda: people(
            company=lambda n: {"connect": {"where": {"domainName": {"primaryLinkUrl": f"https://none{n}.example"}}}}
        ),
    )
    yield Hostile(
        what=f"upsert of {_BATCH} people by e-mail address",
        call=lambda: Call(
            method="POST",
            path="/rest/batch/people",
            query={"upsert": "true"},
            body=_people(_BATCH, emails=lambda n: {"primaryEmail": f"hostile{n}@mü.example"}),
        ),
    )
    yield Hostile(
        what=f"duplicates of {_BATCH} people",
        call=lambda: Call(
            method="POST",
            path="/rest/people/duplicates",
            body={"data": _people(_BATCH, emails=lambda n: {"primaryEmail": f"hostile{n}@mü.example"})},
        ),
    )
    batches = limits.RECORDS.most // _BATCH
    yield Hostile(
        what=f"{batches} × duplicates of {_BATCH} people",
        call=lambda: _graphql(
            "query q($d: [PersonCreateInput!]!) " + _roots("personDuplicates(data: $d) {edges {node {id}}}", batches),
            d=[{"name": {"firstName": f"H{n}", "lastName": WRITTEN}} for n in range(_BATCH)],
        ),
    )
    words = f"{WRITTEN} " + " ".join(f"word{n}" for n in range(500))
    yield Hostile(
        what=f"{batches} × createPeople of {_BATCH}, 40 words each",
        call=lambda: _graphql(
            "mutation q($d: [PersonCreateInput!]!) " + _roots("createPeople(data: $d) {id}", batches),
            d=_people(_BATCH, jobTitle=lambda n: words, phones=lambda n: {"primaryPhoneNumber": f"+336102030{n:02}"}),
        ),
    )
    yield Hostile(
        what=f"{batches} × updatePeople by a filter that {_BATCH} match",
        call=lambda: _graphql(
            "mutation q($d: PersonUpdateInput!) "
            + _roots('updatePeople(filter: {emails: {primaryEmail: {like: "hostile%"}}}, data: $d) {id}', batches),
            d={"jobTitle": words, "name": {"lastName": WRITTEN}},
        ),
    )
    yield Hostile(
        what=f"{batches} × destroyPeople by a filter that {_BATCH} match first",
        call=lambda: _graphql(
            "mutation " + _roots('destroyPeople(filter: {emails: {primaryEmail: {like: "hostile%"}}}) {id}', batches)
        ),
    )
    yield Hostile(
        what="5 MB of JSON, nested to 200 levels (refused)",
        call=lambda: Call(method="POST", path="/rest/people", body={"jobTitle": _nested(200)}),
    )


def _nested(levels: int) -> Any:
    value: Any = ["a"] * 700_000
    for _ in range(levels):
        value = [value]
    return value


HOSTILE: Sequence[Hostile] = (
    *_text_filters(),
    *_list_filters(),
    *_lists(),
    *_groups(),
    *_documents(),
    *_metadata_read(),
    *_documents_written(),
    *_records_written(),
)
