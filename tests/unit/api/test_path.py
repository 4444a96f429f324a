"""Paths (docs/wire/rest.md#paths)."""

from __future__ import annotations

import pytest

from icosa.api.rest.path import Path, parse_path
from icosa.errors import BadRequest

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"

PATHS = [
    ("GET", "/rest/people", Path("many", "people")),
    ("GET", "//rest//people/", Path("many", "people")),
    ("GET", f"/rest/people/{ID}", Path("one", "people", ID)),
    ("GET", f"/rest/people/{ID.upper()}/", Path("one", "people", ID)),
    ("POST", "/rest/batch/people", Path("batch", "people")),
    ("POST", "/rest/people/duplicates", Path("duplicates", "people")),
    ("GET", "/rest/people/groupBy", Path("groupBy", "people")),
    ("PATCH", "/rest/people/merge", Path("merge", "people")),
    ("PATCH", "/rest/people/restore", Path("restoreMany", "people")),
    ("PATCH", "/rest/restore/people", Path("restoreMany", "people")),
    ("PATCH", f"/rest/people/{ID}/restore", Path("restoreOne", "people", ID)),
    ("PATCH", f"/rest/restore/people/{ID}", Path("restoreOne", "people", ID)),
]


@pytest.mark.parametrize(("method", "path", "expected"), PATHS)
def test_paths_are_parsed(method: str, path: str, expected: Path) -> None:
    assert parse_path(method, path) == expected


@pytest.mark.parametrize("path", ["/", "/people", "/metadata/rester", "/prod/rest/people"])
def test_paths_outside_are_none(path: str) -> None:
    assert parse_path("GET", path) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/rest"), ("GET", "/rest/"), ("GET", f"/rest/companies/{ID}/toto"),
    ("DELETE", f"/rest/people/{ID}/restore"),
     ("PATCH", f"/rest/people/{ID}/restore/x"), ("GET", f"/rest/restore/people/{ID}")],
)  # fmt: skip
def test_wrong_numbers_of_segments(method: str, path: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_path(method, path)
    assert caught.value.message == (
        f"Query path '{path}' invalid. Valid examples: /rest/companies/id or /rest/companies or /rest/batch/companies"
    )


@pytest.mark.parametrize(
    ("method", "path", "segment"),
    [("GET", "/rest/people/malformed-uuid", "malformed-uuid"), ("POST", "/rest/people/restore", "restore"),
     ("PATCH", "/rest/people/x/restore", "x"), ("PATCH", "/rest/restore/people/x", "x"),
     ("GET", f"/rest/people/{ID}0", f"{ID}0")],
)  # fmt: skip
def test_ids_must_be_uuids(method: str, path: str, segment: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_path(method, path)
    assert caught.value.message == f"'{segment}' is not a valid UUID"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rest/%70eople", Path("many", "people")),
        ("/rest/p%65ople/%67roupBy", Path("groupBy", "people")),
        ("/rest/b%61tch/people", Path("batch", "people")),
        ("/rest/people%2Fx", Path("many", "people%2Fx")),
    ],
)
def test_encoded_characters_mean_themselves(path: str, expected: Path) -> None:
    assert parse_path("GET", path) == expected
