"""What requests may say of a webhook (docs/wire/access.md#webhooks)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.validation.errors import InvalidInput, MetadataValidationError
from icosa.webhooks.bodies import (
    DESCRIPTION_LENGTH,
    SECRET_LENGTH,
    URL_LENGTH,
    normal_url,
    read_changes,
    read_new,
)
from icosa.webhooks.matching import OPERATION_LENGTH, OPERATIONS

ID = "0B6F3F4E-6A0B-4BD0-A6C5-1F1F1F1F0001"
NEW = {"targetUrl": "https://hook.example.com", "operations": ["*.*"]}


def test_a_new_webhook() -> None:
    assert read_new(NEW) == {"targetUrl": "https://hook.example.com/", "operations": ["*.*"]}
    given = {
        **NEW,
        "id": ID,
        "description": "d",
        "secret": "",
        "colour": "red",
        "workspaceId": ID,
        "sealedSecret": "x",
        "PK": "x",
    }
    assert read_new(given) == {
        "id": ID.lower(),
        "targetUrl": "https://hook.example.com/",
        "operations": ["*.*"],
        "description": "d",
        "secret": "",
    }
    assert read_new({**NEW, "id": None, "description": None, "secret": None}) == read_new(NEW)


def test_operations_are_free_text() -> None:
    operations = ["person.created", "*.deleted", "anything", "", "metadata.view.*", "person.created"]
    assert read_new({**NEW, "operations": operations})["operations"] == operations
    assert read_new({**NEW, "operations": []})["operations"] == []


def test_changes() -> None:
    assert read_changes(ID, {}) == {}
    assert read_changes(ID, {"targetUrl": None, "operations": None, "secret": None, "description": None}) == {
        "description": None
    }
    assert read_changes(ID, {"id": "x", "secret": "", "targetUrl": "http://HOOK.example.com:80/a b"}) == {
        "secret": "",
        "targetUrl": "http://hook.example.com/a%20b",
    }


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("id", "abc", "id must be a UUID"),
        ("targetUrl", 5, "targetUrl must be a string"),
        (
            "targetUrl",
            "https://h.example/" + "x" * URL_LENGTH,
            f"targetUrl must be shorter than or equal to {URL_LENGTH} characters",
        ),
        # Short as it is given, too long in its normal form.
        (
            "targetUrl",
            "https://h.example/" + "é" * 400,
            f"targetUrl must be shorter than or equal to {URL_LENGTH} characters",
        ),
        ("operations", "*.*", "operations must be an array"),
        ("operations", {"0": "*.*"}, "operations must be an array"),
        ("operations", ["*.*", 5, None], "each value in operations must be a string"),
        ("operations", ["*.*"] * (OPERATIONS + 1), f"operations must contain no more than {OPERATIONS} elements"),
        (
            "operations",
            ["x" * (OPERATION_LENGTH + 1)],
            f"each value in operations must be shorter than or equal to {OPERATION_LENGTH} characters",
        ),
        ("description", ["d"], "description must be a string"),
        (
            "description",
            "x" * (DESCRIPTION_LENGTH + 1),
            f"description must be shorter than or equal to {DESCRIPTION_LENGTH} characters",
        ),
        ("secret", 5, "secret must be a string"),
        ("secret", "x" * (SECRET_LENGTH + 1), f"secret must be shorter than or equal to {SECRET_LENGTH} characters"),
    ],
)
def test_forms(member: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_new({**NEW, member: value})
    assert caught.value.messages == (message,)
    if member != "id":
        with pytest.raises(InvalidInput) as caught:
            read_changes(ID, {member: value})
        assert caught.value.messages == (message,)


def test_everything_that_is_wrong_is_said() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_new({"id": 1, "targetUrl": 1, "secret": 1})
    assert caught.value.messages == (
        "id must be a UUID",
        "targetUrl must be a string",
        "secret must be a string",
        "operations must be an array",
    )


@pytest.mark.parametrize("url", [None, "", "  "])
def test_a_target_is_required(url: str | None) -> None:
    with pytest.raises(MetadataValidationError) as caught:
        read_new({"targetUrl": url, "operations": []})
    assert caught.value.message == "Multiple validation errors occurred while creating webhook"
    [problem] = caught.value.failures[0].problems
    assert (problem.code, problem.message) == ("INVALID_WEBHOOK_INPUT", "Target URL is required")


def test_a_target_cannot_be_taken_away() -> None:
    with pytest.raises(MetadataValidationError, match="while updating webhook") as caught:
        read_changes(ID, {"targetUrl": ""})
    assert caught.value.errors["webhook"][0]["flatEntityMinimalInformation"] == {"id": ID}


@pytest.mark.parametrize(
    "url",
    [
        "hook",
        "hook.example.com",
        "//hook.example.com",
        "https://",
        "https://a b",
        "ftp://hook.example.com",
        "javascript:alert(1)",
        "mailto:a@b.example",
    ],
)
def test_targets_that_cannot_be_called(url: str) -> None:
    assert normal_url(url) is None
    with pytest.raises(MetadataValidationError) as caught:
        read_new({**NEW, "targetUrl": url})
    [problem] = caught.value.failures[0].problems
    assert (problem.code, problem.message, problem.value) == ("INVALID_TARGET_URL", "Invalid target URL provided", url)
    with pytest.raises(MetadataValidationError):
        read_changes(ID, {"targetUrl": url})


def test_a_secret_of_the_greatest_length_can_be_sealed_in_any_script() -> None:
    assert len(("\U0010ffff" * SECRET_LENGTH).encode()) == 4096


def test_no_report_repeats_a_secret() -> None:
    for raw in (
        {"targetUrl": "no", "operations": [], "secret": "hidden"},
        {"targetUrl": 5, "operations": 5, "secret": "hidden" * 1024},
    ):
        with pytest.raises((InvalidInput, MetadataValidationError)) as caught:
            read_new(raw)
        assert "hidden" not in str(caught.value)
        assert "hidden" not in str(getattr(caught.value, "errors", ""))
