"""docs/wire/metadata.md#names, docs/wire/metadata.md#indexes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.metadata.names import InvalidLabel, index_name, name_from_label, name_problems, plural_from_label, reserved
from tests.unit.metadata.drafts import with_rocket

TOO_SHORT = "Name is too short"
FORMAT = "Name is not valid: it must start with lowercase letter and contain only alphanumeric letters"
RESERVED = 'This name is reserved. Use a different name or the system will add "Custom" suffix.'


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        ("rocket", []),
        ("rocketV2", []),
        ("", [TOO_SHORT, FORMAT]),
        ("Rocket", [FORMAT]),
        ("my rocket", [FORMAT]),
        ("my_rocket", [FORMAT]),
        ("2rockets", [FORMAT]),
        ("größe", [FORMAT]),
        ("a" * 63, []),
        ("a" * 64, ["Name is too long"]),
        ("link", [RESERVED]),
        ("workspaces", [RESERVED]),
        ("Link", [FORMAT]),
        ("linked", []),
    ],
)
def test_format(name: str, messages: list[str]) -> None:
    assert [problem.message for problem in name_problems(name, "INVALID_FIELD_INPUT", is_custom=True)] == messages


def test_reserved_words() -> None:
    assert len(reserved()) == 66
    assert {"user", "users", "currency", "currencies", "fullNames", "search", "searches"} <= reserved()
    assert "fullName" not in reserved()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Launch site", "launchSite"),
        ("  Launch   Site ", "launchSite"),
        ("ZIP code", "zipCode"),
        ("2nd stage", "n2NdStage"),
        ("Größe", "grosse"),
        ("Émile's car!", "emileSCar"),
        ("Link", "linkCustom"),
        ("Users", "usersCustom"),
        ("日本", "riben"),
        (":0", "n0"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_names_from_labels(label: str, name: str) -> None:
    assert name_from_label(label) == name


def test_a_label_without_letters_gives_no_name() -> None:
    with pytest.raises(InvalidLabel, match=re.escape('Invalid label: "!?"')):
        name_from_label("!?")


def test_a_plural_that_equals_the_singular_gets_an_s() -> None:
    assert plural_from_label("Fish", "fish") == "fishs"
    assert plural_from_label("Rockets", "rocket") == "rockets"
    assert len(plural_from_label("a" * 63, "a" * 63)) == 63


@given(st.text(max_size=80))
def test_what_a_label_gives_is_a_name(label: str) -> None:
    try:
        name = name_from_label(label)
    except InvalidLabel:
        return
    assert name == "" or re.fullmatch("[a-z][a-zA-Z0-9]*", name)
    assert name not in reserved()
    assert (name == "") == (not label.strip())


def test_names_of_indexes_follow_from_table_and_columns() -> None:
    _, rocket = with_rocket()
    name = index_name(rocket, ["a", "b"])
    assert re.fullmatch("IDX_[0-9a-f]{27}", name)
    assert index_name(rocket, ["a", "b"]) == name != index_name(rocket, ["b", "a"])
    assert re.fullmatch("IDX_UNIQUE_[0-9a-f]{27}", index_name(rocket, ["a"], is_unique=True))


def test_what_the_product_brings_may_have_a_reserved_name() -> None:
    assert name_problems("type", "INVALID_FIELD_INPUT", is_custom=False) == []
    assert len(name_problems("Type", "INVALID_FIELD_INPUT", is_custom=False)) == 1
