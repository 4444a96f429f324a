"""Values of scalar types in bodies: what is taken, what is stored, what is shown, what is refused
(docs/wire/rest.md#scalars).
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import InvalidData
from icosa.model.types.registry import by_name
from tests.unit.model.fields import ID, NOW, make_field, many_to_one, one_to_many

BIGINT = {"dataType": "bigint"}

#: type, attributes, input, stored, shown
TAKEN: list[tuple[str, dict[str, Any], Any, Any, Any]] = [
    ("TEXT", {}, "  a\nb\tc  ", "  a\nb\tc  ", "  a\nb\tc  "),
    ("TEXT", {}, "", None, ""),
    ("TEXT", {}, None, None, ""),
    ("NUMBER", {}, 1.5, 1.5, 1.5),
    ("NUMBER", {}, 0, 0, 0),
    ("NUMBER", {}, 2.0, 2, 2),
    ("NUMBER", {}, -0.0, 0, 0),
    ("NUMBER", {}, 123456789012345, 123456789012345, 123456789012345),
    ("NUMBER", {}, 2**53 + 1, float(2**53), 2**53),
    ("NUMBER", {}, 1e22, 1e22, 1e22),
    ("NUMBER", {}, None, None, None),
    ("NUMBER", {"settings": BIGINT}, 2**53 + 1, 2**53 + 1, 2**53 + 1),
    ("NUMBER", {"settings": BIGINT}, 5.0, 5, 5),
    ("NUMERIC", {}, 1.5, "1.5", "1.5"),
    ("NUMERIC", {}, "0.1000000000000000000001", "0.1000000000000000000001", "0.1000000000000000000001"),
    ("NUMERIC", {}, "-1e3", "-1000", "-1000"),
    ("NUMERIC", {}, "", None, None),
    ("BOOLEAN", {}, True, True, True),
    ("BOOLEAN", {}, False, False, False),
    ("DATE", {}, "February 29, 2024", "2024-02-29", "2024-02-29"),
    ("DATE", {}, "2024-02-29T23:00:00-05:00", "2024-02-29", "2024-02-29"),
    ("DATE_TIME", {}, "2024-02-29T10:11:12+02:00", "2024-02-29T08:11:12.000Z", "2024-02-29T08:11:12.000Z"),
    ("DATE_TIME", {}, "2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"),
    ("UUID", {}, ID.upper(), ID, ID),
    ("SELECT", {}, "RED", "RED", "RED"),
    ("SELECT", {}, None, None, None),
    ("SELECT", {}, "", None, None),
    ("RATING", {}, "RATING_3", "RATING_3", "RATING_3"),
    ("MULTI_SELECT", {}, ["GREEN", "RED"], ["GREEN", "RED"], ["GREEN", "RED"]),
    ("MULTI_SELECT", {}, "RED", ["RED"], ["RED"]),
    ("MULTI_SELECT", {}, [], None, []),
    ("ARRAY", {}, ["x", "y", "x", ""], ["x", "y", "x", ""], ["x", "y", "x", ""]),
    ("ARRAY", {}, "solo", ["solo"], ["solo"]),
    ("ARRAY", {}, [], None, []),
    ("ARRAY", {}, "", None, []),
    ("RAW_JSON", {}, {"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}', {"a": [1, {"b": None}]}),
    ("RAW_JSON", {}, [1, "two"], '[1,"two"]', [1, "two"]),
    ("RAW_JSON", {}, '{"k": 1}', '{"k":1}', {"k": 1}),
    ("RAW_JSON", {}, {}, None, None),
    ("RAW_JSON", {}, "{}", None, None),
    ("RAW_JSON", {}, [], "[]", []),
    ("POSITION", {}, 12.5, 12.5, 12.5),
    (
        "FILES",
        {},
        [{"fileId": ID.upper(), "label": "cv.PDF"}, {"fileId": ID, "label": "x"}],
        [{"fileId": ID, "label": "cv.PDF"}, {"fileId": ID, "label": "x"}],
        [
            {"fileId": ID, "label": "cv.PDF", "extension": "PDF", "url": None},
            {"fileId": ID, "label": "x", "extension": "", "url": None},
        ],
    ),
    ("FILES", {}, [], None, []),
]


@pytest.mark.parametrize(("name", "attributes", "value", "stored", "visible"), TAKEN)
def test_taken(name: str, attributes: dict[str, Any], value: Any, stored: Any, visible: Any) -> None:
    field = make_field(name, **attributes)
    result = field.type.parse(field, value)
    assert result == stored
    assert type(result) is type(stored)
    rendered = field.type.render(field, result)
    assert rendered == visible
    assert type(rendered) is type(visible)


#: type, attributes, input, message
REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("TEXT", {}, 1, 'Invalid string value 1 for text field "f"'),
    ("TEXT", {}, {"a": 1}, 'Invalid string value { a: 1 } for text field "f"'),
    ("TEXT", {}, "a\x00b", 'Invalid string value for text field "f" - It must not contain the character U+0000.'),
    ("TEXT", {}, "\ud800", 'Invalid string value for text field "f" - It must not contain unpaired surrogates.'),
    ("NUMBER", {}, "1.5", "Invalid number value '1.5' for field \"f\""),
    ("NUMBER", {}, True, 'Invalid number value true for field "f"'),
    ("NUMBER", {}, float("nan"), 'Invalid number value NaN for field "f"'),
    ("NUMBER", {}, 1e126, 'Invalid number value 1e+126 for field "f" - The largest number is 9.99e+125.'),
    ("NUMBER", {}, 10**400, 'Invalid number value Infinity for field "f" - The largest number is 9.99e+125.'),
    ("NUMBER", {}, 1e-140, 'Invalid number value 1e-140 for field "f" - The smallest number other than 0 is 1e-130.'),
    ("NUMBER", {"settings": BIGINT}, 1.5, 'Invalid number value 1.5 for field "f" - It must be an integer.'),
    (
        "NUMBER",
        {"settings": BIGINT},
        2**63,
        'Invalid number value 9223372036854775808 for field "f" - It must be between -9223372036854775808 and '
        "9223372036854775807.",
    ),
    ("NUMERIC", {}, "abc", 'Invalid number value NaN for field "f"'),
    ("NUMERIC", {}, {}, 'Invalid number value NaN for field "f"'),
    (
        "NUMERIC",
        {},
        "1" * 101,
        'Invalid number value NaN for field "f" - It must not have more than 100 significant digits.',
    ),
    (
        "NUMERIC",
        {},
        "1e999999",
        'Invalid number value NaN for field "f" - Its magnitude must be between 1e-400 and 1e+400.',
    ),
    ("BOOLEAN", {}, "true", "Invalid boolean value 'true' for field \"f\""),
    ("BOOLEAN", {}, 1, 'Invalid boolean value 1 for field "f"'),
    ("DATE", {}, "2024", "Invalid value '2024' for date field \"f\". Expected format: 'YYYY-MM-DD'"),
    ("DATE", {}, 1700000000000, "Invalid value 1700000000000 for date field \"f\". Expected format: 'YYYY-MM-DD'"),
    (
        "DATE_TIME",
        {},
        "2024-02-30",
        "Invalid value '2024-02-30' for date-time field \"f\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'",
    ),
    ("UUID", {}, "non-uuid", "Invalid UUID value 'non-uuid' for field \"f\""),
    ("UUID", {}, ID + "\n", f"Invalid UUID value '{ID}\\n' for field \"f\""),
    ("SELECT", {}, "X", 'Invalid value "X" for field "f". Valid values are: RED, GREEN, BLUE'),
    ("SELECT", {}, {}, 'Invalid string value {} for text field "f"'),
    (
        "RATING",
        {},
        "R",
        'Invalid value "R" for field "f". Valid values are: RATING_1, RATING_2, RATING_3, RATING_4, RATING_5',
    ),
    ("MULTI_SELECT", {}, "X", "Invalid value 'X' for multi select field \"f\""),
    ("MULTI_SELECT", {}, ["RED", "X"], "Invalid value 'X' for multi select field \"f\""),
    ("MULTI_SELECT", {}, 5, 'Invalid value 5 for multi select field "f"'),
    ("ARRAY", {}, True, 'Invalid value true for field "f - Array values need to be string"'),
    ("ARRAY", {}, ["x", 1], 'Invalid value 1 for field "f - Array values need to be string"'),
    ("RAW_JSON", {}, "x", "Invalid object value 'x' for field \"f\""),
    ("RAW_JSON", {}, "5", "Invalid object value '5' for field \"f\""),
    ("RAW_JSON", {}, 5, 'Invalid object value 5 for field "f"'),
    ("POSITION", {}, "x", "Invalid position value 'x' for field \"f\""),
    ("POSITION", {}, None, 'Invalid position value null for field "f"'),
    ("POSITION", {}, float("nan"), 'Invalid position value NaN for field "f"'),
    ("TS_VECTOR", {}, "x", "f TS_VECTOR-typed field does not support write operations"),
    (
        "FILES",
        {},
        "x",
        'Invalid value "\'x\'" for FILES field "f" - It should be an array of objects with "fileId" and "label" '
        "properties.",
    ),
    (
        "FILES",
        {},
        [1],
        'Invalid value "[ 1 ]" for FILES field "f" - 0: Invalid input: expected object, received number',
    ),
    (
        "FILES",
        {},
        [{"fileId": ID}],
        f'Invalid value "[ {{ fileId: \'{ID}\' }} ]" for FILES field "f" - 0.label: Invalid input: expected string, '
        "received undefined",
    ),
    (
        "FILES",
        {},
        [{"fileId": "x", "label": ""}],
        "Invalid value \"[ { fileId: 'x', label: '' } ]\" for FILES field \"f\" - 0.fileId: Invalid UUID",
    ),
    (
        "FILES",
        {"settings": {"maxNumberOfValues": 1}},
        [{"fileId": ID, "label": "a"}] * 2,
        'Max number of files is 1 for field "f"',
    ),
]


@pytest.mark.parametrize(("name", "attributes", "value", "message"), REFUSED)
def test_refused(name: str, attributes: dict[str, Any], value: Any, message: str) -> None:
    field = make_field(name, **attributes)
    with pytest.raises(InvalidData) as caught:
        field.type.parse(field, value)
    assert caught.value.message == message


def test_files_take_no_other_keys() -> None:
    field = make_field("FILES")
    with pytest.raises(InvalidData, match=r'0: Unrecognized key: "url"$'):
        field.type.parse(field, [{"fileId": ID, "label": "a", "url": "x"}])
    stored = [{"fileId": ID, "label": "a.pdf"}]
    assert field.type.parse(field, field.type.render(field, stored)) == stored


def test_json_that_nests_without_end() -> None:
    field = make_field("RAW_JSON")
    value: Any = {}
    for _ in range(2000):
        value = [value]
    with pytest.raises(InvalidData, match="Recursion"):
        field.type.parse(field, value)


@pytest.mark.parametrize(
    ("name", "default", "stored"),
    [
        ("TEXT", "'text'", "text"),
        ("TEXT", "''", None),
        ("TEXT", None, None),
        ("NUMBER", 7, 7),
        ("NUMERIC", 7, "7"),
        ("BOOLEAN", False, False),
        ("DATE", "now", NOW[:10]),
        ("DATE", "'2026-01-01'", "2026-01-01"),
        ("DATE_TIME", "now", NOW),
        ("DATE_TIME", "'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00.000Z"),
        ("UUID", f"'{ID}'", ID),
        ("SELECT", "'RED'", "RED"),
        ("RATING", "'RATING_3'", "RATING_3"),
        ("MULTI_SELECT", ["'RED'", "'BLUE'"], ["RED", "BLUE"]),
        ("ARRAY", ["'a'"], ["a"]),
        ("RAW_JSON", {"a": 1}, '{"a":1}'),
        ("POSITION", 0, None),
        ("CURRENCY", {"amountMicros": None, "currencyCode": "'USD'"}, {"currencyCode": "USD"}),
        ("CURRENCY", {"amountMicros": 1000000, "currencyCode": "''"}, {"amountMicros": "1000000"}),
        ("FULL_NAME", {"firstName": "''", "lastName": "''"}, None),
        (
            "ACTOR",
            {"source": "'MANUAL'", "name": "'System'", "workspaceMemberId": None},
            {"source": "MANUAL", "name": "System"},
        ),
        ("EMAILS", {"primaryEmail": "'a@b.org'", "additionalEmails": None}, {"primaryEmail": "a@b.org"}),
    ],
)
def test_defaults(name: str, default: Any, stored: Any) -> None:
    field = make_field(name, default_value=default)
    assert field.type.default(field, now=NOW) == stored


def test_the_default_uuid_is_another_each_time() -> None:
    field = make_field("UUID", default_value="uuid")
    assert field.type.default(field, now=NOW) != field.type.default(field, now=NOW)


def test_lists_are_united_when_records_are_merged() -> None:
    for name in ("ARRAY", "MULTI_SELECT"):
        field = make_field(name)
        assert field.type.merge(field, [["RED", "BLUE"], None, ["GREEN", "RED"]], ["GREEN", "RED"]) == [
            "RED",
            "BLUE",
            "GREEN",
        ]
    text = make_field("TEXT")
    assert text.type.merge(text, ["a", "b"], None) is None


def test_relations() -> None:
    company = many_to_one("company", "company", "f7")
    assert company.type.parse(company, ID.upper()) == ID
    assert [leaf.path for leaf in company.leaves] == [("companyId",)]
    with pytest.raises(InvalidData, match="Invalid UUID value 'x' for field \"companyId\""):
        company.type.parse(company, "x")
    people = one_to_many("people", "person", "f8")
    assert people.leaves == ()
    with pytest.raises(InvalidData) as caught:
        people.type.parse(people, [])
    assert caught.value.message == "One-to-many relation people field does not support write operations."


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("TEXT", []),
        ("NUMERIC", []),
        ("NUMBER", ["minAge", "maxAge", "avgAge", "sumAge"]),
        ("BOOLEAN", ["countTrueAge", "countFalseAge"]),
        ("DATE", ["minAge", "maxAge"]),
        ("DATE_TIME", ["minAge", "maxAge"]),
        ("CURRENCY", ["minAgeAmountMicros", "maxAgeAmountMicros", "avgAgeAmountMicros", "sumAgeAmountMicros"]),
        ("EMAILS", []),
        ("SELECT", []),
    ],
)
def test_aggregates(name: str, own: list[str]) -> None:
    field = make_field(name, "age")
    result = field.type.aggregates(field)
    counts = [
        "countUniqueValuesAge",
        "countEmptyAge",
        "countNotEmptyAge",
        "percentageEmptyAge",
        "percentageNotEmptyAge",
    ]
    assert list(result) == counts + own
    assert all(result[name][1] is None for name in counts)
    assert all(result[name][1] in field.leaves for name in own)


def test_relations_and_the_search_vector_have_no_aggregates() -> None:
    for field in (many_to_one("a", "b", "f1"), one_to_many("a", "b", "f1"), make_field("TS_VECTOR")):
        assert field.type.aggregates(field) == {}


def test_registry() -> None:
    assert by_name["RICH_TEXT_V2"] is by_name["RICH_TEXT"]
    for name, type_ in by_name.items():
        field = make_field(name)
        if name != "RICH_TEXT_V2":
            assert type_.name == name
        assert type_.is_composite is (len(type_.leaves(field)) > 1)
        assert type_.openapi(field, response=True)
        assert type_.openapi(field, response=False)
        for sub in type_.unique_subfields():
            assert sub is None or sub in {leaf.subfield for leaf in type_.leaves(field)}
        type_.render(field, None)
