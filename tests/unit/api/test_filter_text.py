"""The text form of filters and orders (docs/wire/rest.md#order, docs/wire/rest.md#filter-grammar)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.api.rest.filter_text import COMPARATORS, parse_filter, parse_order
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
    # No blanks are trimmed, quotes need not match, an empty quoted value is a value, `is` is never unquoted.
    "a[eq]: x ": {"a": {"eq": " x "}},
    "a[eq]:\"x'": {"a": {"eq": "x"}},
    'a[eq]:""': {"a": {"eq": ""}},
    'a[is]:"NULL"': {"a": {"is": '"NULL"'}},
    " a[eq]:1": {" a": {"eq": "1"}},
    # Commas and parentheses inside quotes and brackets belong to the value.
    'a[eq]:"x, y",b[eq]:1': {"and": [{"a": {"eq": "x, y"}}, {"b": {"eq": "1"}}]},
    'a[eq]:"100% (real)",b[eq]:1': {"and": [{"a": {"eq": "100% (real)"}}, {"b": {"eq": "1"}}]},
    # The inside of a list is split at every comma, even in quotes; an empty list has one empty member.
    'a[in]:["x,y",z]': {"a": {"in": ['"x', 'y"', "z"]}},
    "a[in]:[]": {"a": {"in": [""]}},
    # An odd apostrophe hides later commas, except inside double quotes.
    "a[eq]:O'Neil,b[eq]:1": {"a": {"eq": "O'Neil,b[eq]:1"}},
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
#: No double quotes, since there are no escapes, and as many opening as closing parentheses.
VALUES = st.text(st.characters(codec="utf-8", exclude_characters='"()'), max_size=12).map(lambda text: text + "(ä)")
MEMBERS = st.text(st.characters(codec="utf-8", exclude_characters="\"'(),[]"), min_size=1, max_size=8)


def _nested(path: list[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


@st.composite
def items(draw: st.DrawFn) -> tuple[str, Any]:
    path = draw(st.lists(NAMES, min_size=1, max_size=3))
    comparator = draw(st.sampled_from(list(COMPARATORS)))
    value: Any
    takes = COMPARATORS[comparator].takes
    if takes == "state":
        value = text = draw(st.sampled_from(["NULL", "NOT_NULL"]))
    elif takes == "list":
        value = draw(st.lists(MEMBERS, min_size=1, max_size=3))
        text = "[" + ",".join(f'"{member}"' for member in value) + "]"
    else:
        value = draw(VALUES)
        text = f'"{value}"'
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
