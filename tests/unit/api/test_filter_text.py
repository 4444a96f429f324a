"""The text form of filters and orders (docs/wire/rest.md#order, docs/wire/rest.md#filter-grammar)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.api.rest.filter_text import COMPARATORS, parse_filter, parse_order
from icosa.api.rest.quotes import _HINT, CUT_HINT
from icosa.errors import BadRequest
from icosa.query.filters import MAX_DEPTH
from icosa.query.orders import DIRECTIONS

FILTERS: dict[str, Any] = {
    "city[eq]:Paris": {"city": {"eq": "Paris"}},
    'city[eq]:Paris,jobTitle[ilike]:"%eng%"': {"and": [{"city": {"eq": "Paris"}}, {"jobTitle": {"ilike": "%eng%"}}]},
    "or(city[eq]:Paris,and(city[eq]:Lyon,position[gt]:3),not(jobTitle[is]:NULL))": {
        "or": [
            {"city": {"eq": "Paris"}},
            {"and": [{"city": {"eq": "Lyon"}}, {"position": {"gt": "3"}}]},
            {"not": {"jobTitle": {"is": "NULL"}}},
        ]
    },
    "emails.primaryEmail[in]:[a@x.org,b@x.org]": {"emails": {"primaryEmail": {"in": ["a@x.org", "b@x.org"]}}},
    "stage[in]:[\"NEW\",'WON']": {"stage": {"in": ["NEW", "WON"]}},
    "company.domainName.primaryLinkUrl[eq]:https://x.example/a:b": {
        "company": {"domainName": {"primaryLinkUrl": {"eq": "https://x.example/a:b"}}}
    },
    "tags[containsAny]:[RED,BLUE]": {"tags": {"containsAny": ["RED", "BLUE"]}},
    "deletedAt[is]:NOT_NULL": {"deletedAt": {"is": "NOT_NULL"}},
    # No blanks are trimmed, an empty quoted value is a value, `is` is never unquoted.
    "a[eq]: x ": {"a": {"eq": " x "}},
    'a[eq]:""': {"a": {"eq": ""}},
    'a[is]:"NULL"': {"a": {"is": '"NULL"'}},
    " a[eq]:1": {" a": {"eq": "1"}},
    # Commas and parentheses inside quotes and brackets belong to the value.
    'a[eq]:"x, y",b[eq]:1': {"and": [{"a": {"eq": "x, y"}}, {"b": {"eq": "1"}}]},
    'a[eq]:"100% (real)",b[eq]:1': {"and": [{"a": {"eq": "100% (real)"}}, {"b": {"eq": "1"}}]},
    'a[in]:["x,y",z]': {"a": {"in": ["x,y", "z"]}},
    'a[in]:["x]",\'(\',"\'"],b[eq]:1': {"and": [{"a": {"in": ["x]", "(", "'"]}}, {"b": {"eq": "1"}}]},
    "a[in]:[]": {"a": {"in": [""]}},
    'a[in]:[""]': {"a": {"in": [""]}},
    # Brackets of any sort do not count in quotes.
    'a[eq]:"a(b"': {"a": {"eq": "a(b"}},
    'or(a[eq]:"))",b[eq]:"[")': {"or": [{"a": {"eq": "))"}}, {"b": {"eq": "["}}]},
    # A doubled quote stands for one.
    'a[eq]:"say ""a, b"""': {"a": {"eq": 'say "a, b"'}},
    "a[eq]:'it''s',b[eq]:1": {"and": [{"a": {"eq": "it's"}}, {"b": {"eq": "1"}}]},
    "a[eq]:'\"'": {"a": {"eq": '"'}},
    # Quotes inside a value are text if they hide nothing.
    "a[eq]:Il'ya d'A,b[eq]:1": {"and": [{"a": {"eq": "Il'ya d'A"}}, {"b": {"eq": "1"}}]},
    'a[eq]:"x"y"z"': {"a": {"eq": 'x"y"z'}},
    'a[like]:%"x"%': {"a": {"like": '%"x"%'}},
    "a[in]:[O'Neil,O'Brien]": {"a": {"in": ["O'Neil", "O'Brien"]}},
    'a[eq]:"O\'Neil",b[eq]:1': {"and": [{"a": {"eq": "O'Neil"}}, {"b": {"eq": "1"}}]},
    # Root conjunctions may stand side by side.
    "or(a[eq]:1),or(b[eq]:2)": {"and": [{"or": [{"a": {"eq": "1"}}]}, {"or": [{"b": {"eq": "2"}}]}]},
    "a[eq]:1,not(b[eq]:2)": {"and": [{"a": {"eq": "1"}}, {"not": {"b": {"eq": "2"}}}]},
    "a[eq]:x\ny": {"a": {"eq": "x\ny"}},
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters_are_parsed(text: str) -> None:
    assert parse_filter(text) == FILTERS[text]


FILTER_ERRORS = {
    "and(a[eq]:1": "'filter' invalid. 1 close bracket is missing in the query",
    "and(or(a[eq]:1": "'filter' invalid. 2 close brackets are missing in the query",
    "a[eq]:1)": "'filter' invalid. 1 open bracket is missing in the query",
    "a[eq]:1))": "'filter' invalid. 2 open brackets are missing in the query",
    "not(a[eq]:1,b[eq]:2)": "'filter' invalid. 'not' conjunction should contain only 1 condition. eg: not(field[eq]:1)",
    "jobTitle": "'filter' invalid for 'jobTitle'. eg: price[gte]:10",
    "city[eq]:": "'filter' invalid for 'city[eq]:'. eg: price[gte]:10",
    "city[eq]Paris": "'filter' invalid for 'city[eq]Paris'. eg: price[gte]:10",
    "[eq]:1": "'filter' invalid for '[eq]:1'. eg: price[gte]:10",
    "and()": "'filter' invalid for 'and()'. eg: price[gte]:10",
    "a[eq]:1,,b[eq]:2": "'filter' invalid for ''. eg: price[gte]:10",
    "a[foo]:1": (
        "'filter' invalid for 'a[foo]:1', comparator foo not in "
        "eq, neq, in, containsAny, is, gt, gte, lt, lte, startsWith, endsWith, like, ilike"
    ),
    "a[isEmptyArray]:true": (
        f"'filter' invalid for 'a[isEmptyArray]:true', comparator isEmptyArray not in {', '.join(COMPARATORS)}"
    ),
    "a[in]:x": (
        "'filter' invalid for 'in' operator. Received 'x' but array value expected eg: 'field[in]:[value_1,value_2]'"
    ),
    "a[containsAny]:[": (
        "'filter' invalid for 'containsAny' operator. Received '[' but array value expected eg: "
        "'field[containsAny]:[value_1,value_2]'"
    ),
    # An odd quote would hide the conditions behind it.
    "a[eq]:O'Neil": f"'filter' invalid. The quote before 'Neil' is not closed. {_HINT}. {CUT_HINT}",
    "a[neq]:O'Neil,b[eq]:1": f"'filter' invalid. The quote before 'Neil,b[eq]:1' is not closed. {_HINT}. {CUT_HINT}",
    'a[eq]:"x': f"'filter' invalid. The quote before 'x' is not closed. {_HINT}. {CUT_HINT}",
    "a[eq]:\"x'": f"'filter' invalid. The quote before \"x'\" is not closed. {_HINT}. {CUT_HINT}",
    'a[in]:["x': f"'filter' invalid. The quote before 'x' is not closed. {_HINT}. {CUT_HINT}",
    "a[in]:[O'Neil,b],c[eq]:1": (
        f"'filter' invalid. The quote before 'Neil,b],c[eq]:1' is not closed. {_HINT}. {CUT_HINT}"
    ),
    "a[neq]:O'Neil,b[neq]:it's": f"'filter' invalid. The quotes around 'Neil,b[neq]:it' hide a comma. {_HINT}",
    "a[in]:[O'Neil,b],c[neq]:it's": f"'filter' invalid. The quotes around 'Neil,b],c[neq]:it' hide a comma. {_HINT}",
    "or(a[eq]:O'Neil),b[eq]:it's": f"'filter' invalid. The quotes around 'Neil),b[eq]:it' hide a comma. {_HINT}",
    "and(" * (MAX_DEPTH + 2) + "a[eq]:1" + ")" * (MAX_DEPTH + 2): (
        f"'filter' invalid. Conditions cannot be nested deeper than {MAX_DEPTH} levels"
    ),
}


@pytest.mark.parametrize("text", FILTER_ERRORS)
def test_wrong_filters_are_refused(text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_filter(text)
    assert caught.value.message == FILTER_ERRORS[text]


def test_orders_are_parsed() -> None:
    assert parse_order("name.firstName[DescNullsLast],position, x,company.name[AscNullsLast]") == [
        {"name": {"firstName": "DescNullsLast"}},
        {"position": "AscNullsFirst"},
        {" x": "AscNullsFirst"},
        {"company": {"name": "AscNullsLast"}},
    ]


@pytest.mark.parametrize("direction", ["x", "", "ascNullsFirst", "AscNullsFirst]x"])
def test_wrong_directions_are_refused(direction: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_order(f"a[{direction}]")
    assert caught.value.message == (
        f"'order_by' direction '{direction}' invalid. "
        "Allowed values are 'AscNullsFirst', 'AscNullsLast', 'DescNullsFirst', 'DescNullsLast'. "
        "eg: ?order_by=field_1[AscNullsFirst],field_2[DescNullsLast],field_3"
    )


# ------------------------------------------------------------------ any tree survives the way through text

NAMES = st.from_regex(r"[a-z][a-zA-Z0-9]{0,8}", fullmatch=True).filter(lambda name: name not in ("and", "or", "not"))
HOSTILE = "\"'()[],:;&%\\ .a\n"
VALUES = st.text(st.sampled_from(HOSTILE), max_size=12) | st.text(st.characters(codec="utf-8"), max_size=12)
#: Needs no quotes in any place.
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\"'()[],"), min_size=1, max_size=8)


def _nested(path: list[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A value as it is written, and as it is."""
    if draw(st.booleans()):
        value = draw(PLAIN)
        return value, value
    value, quote = draw(VALUES), draw(st.sampled_from("\"'"))
    return f"{quote}{value.replace(quote, quote * 2)}{quote}", value


@st.composite
def items(draw: st.DrawFn) -> tuple[str, Any]:
    path = draw(st.lists(NAMES, min_size=1, max_size=3))
    comparator = draw(st.sampled_from(list(COMPARATORS)))
    value: Any
    takes = COMPARATORS[comparator].takes
    if takes == "state":
        value = text = draw(st.sampled_from(["NULL", "NOT_NULL"]))
    elif takes == "list":
        members = draw(st.lists(texts(), min_size=1, max_size=3))
        value = [member for _, member in members]
        text = f"[{','.join(text for text, _ in members)}]"
    else:
        text, value = draw(texts())
    return f"{'.'.join(path)}[{comparator}]:{text}", _nested(path, {comparator: value})


def _conjunction(children: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    several = st.tuples(st.sampled_from(["and", "or"]), st.lists(children, min_size=1, max_size=4)).map(
        lambda pair: (f"{pair[0]}({','.join(text for text, _ in pair[1])})", {pair[0]: [tree for _, tree in pair[1]]})
    )
    return several | children.map(lambda child: (f"not({child[0]})", {"not": child[1]}))


@pytest.mark.slow
@given(st.lists(st.recursive(items(), _conjunction, max_leaves=12), min_size=1, max_size=3))
def test_any_filter_survives_text(elements: list[tuple[str, Any]]) -> None:
    trees = [tree for _, tree in elements]
    assert parse_filter(",".join(text for text, _ in elements)) == (trees[0] if len(trees) == 1 else {"and": trees})


@given(
    st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.sampled_from(DIRECTIONS)), min_size=1, max_size=4)
)
def test_any_order_survives_text(criteria: list[tuple[list[str], str]]) -> None:
    text = ",".join(f"{'.'.join(path)}[{direction}]" for path, direction in criteria)
    assert parse_order(text) == [_nested(path, direction) for path, direction in criteria]


@given(st.text(st.sampled_from("ab[]().,:\"'eqinotrd "), max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(BadRequest):
        parse_filter(text)
