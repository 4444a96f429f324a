"""The README's tour is compared by this, so it must not let differences pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tour import Step, difference, steps

_DOCUMENT = """
# Title

## Tour

```bash
x=1
```
```bash
run a
```
```json
{"a": "…"}
```

## Other

```bash
not this
```
"""


def test_steps_pair_commands_with_answers() -> None:
    assert steps(_DOCUMENT, "Tour") == [Step("x=1\n", None), Step("run a\n", {"a": "…"})]


@pytest.mark.parametrize(
    ("rendered", "actual"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": "…"}, {"a": {"b": 1}}),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}),
        ([1, "…"], [1, 2]),
    ],
)
def test_same(rendered: Any, actual: Any) -> None:
    assert difference(rendered, actual) is None


@pytest.mark.parametrize(
    ("rendered", "actual", "result"),
    [
        ({"a": 1}, {"a": 2}, "$.a is 2, not 1"),
        ({"a": "…"}, {}, "$ lacks ['a']"),
        ({"a": 1, "…": "…"}, {"b": 1}, "$ lacks ['a']"),
        ({"a": 1}, {"a": 1, "b": 2}, "$ has ['b'] as well"),
        ([1], [1, 2], "$ has 2 elements, not 1"),
        ({"a": [{"b": 1}]}, {"a": [{"b": None}]}, "$.a[0].b is None, not 1"),
        ([], {}, "$ is {}, not []"),
    ],
)
def test_different(rendered: Any, actual: Any, result: str) -> None:
    assert difference(rendered, actual) == result
