"""docs/limits.md has every limit with its number."""

from __future__ import annotations

from icosa import limits
from icosa.api.graphql.settings import GraphqlSettings
from icosa.limits import Limit
from tests.support.markdown import table

PAGE = "docs/limits.md"
#: The 400 KB of a record are DynamoDB's.
_NOT_OURS = {"RECORD_BYTES"}


def test_parameters() -> None:
    documented = {
        name: row[1] for row, name in zip(table(PAGE, "Parameter").rows, table(PAGE, "Parameter").codes(), strict=True)
    }
    settings = GraphqlSettings.variables()
    assert documented == {
        "".join(part.capitalize() for part in name.split("_")): f"{default:,}" for name, default in settings.items()
    }


def test_limits_of_a_request() -> None:
    known = {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}
    rows = {row[2].strip("`"): row[:2] for row in table(PAGE, "Limit").rows}
    assert rows == {name: (limit.what, f"{limit.most:,}") for name, limit in known.items()}


def test_limits_of_metadata_and_answers() -> None:
    known = {name: value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    listed = [*table(PAGE, "Of metadata").rows, *table(PAGE, "Of an answer").rows]
    rows = {row[2].strip("`"): row[1] for row in listed}
    assert rows == {name: f"{number:,}" for name, number in known.items() if name not in _NOT_OURS}
