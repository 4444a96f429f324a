from __future__ import annotations

from typing import Any

import pytest

from icosa.model.inspect import inspect


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.0, "1"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (10**22, "1e+22"),
        (10**1000, "Infinity"),
        (2**63, "9223372036854775808"),
        (1e-7, "1e-7"),
        (-0.0, "-0"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ("x", "'x'"),
        ("", "''"),
        ("it's", '"it\'s"'),
        ('it\'s "so"', '`it\'s "so"`'),
        ('it\'s "so" `now`', "'it\\'s \"so\" `now`'"),
        ("a\nb\x00\\", "'a\\nb\\x00\\\\'"),
        ("\ud800", "'\\uD800'"),
        ({}, "{}"),
        ([], "[]"),
        ({"a": 1}, "{ a: 1 }"),
        ({"a b": [1, "x"]}, "{ 'a b': [ 1, 'x' ] }"),
        ({"a": {"b": {"c": {"d": 1}}}}, "{ a: { b: { c: [Object] } } }"),
        ([[[[1]]]], "[ [ [ [Array] ] ] ]"),
        ("x" * 1002, "'" + "x" * 1000 + "'... 2 more characters"),
        ([1] * 101, "[\n" + "".join("  1,\n" for _ in range(100)) + "  ... 1 more item\n]"),
        (["x" * 40, "y" * 40], "[\n  '" + "x" * 40 + "',\n  '" + "y" * 40 + "'\n]"),
    ],
)
def test_values_are_shown_as_node_shows_them(value: Any, rendered: str) -> None:
    assert inspect(value) == rendered
