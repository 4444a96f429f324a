"""Table, secret and key are the stack's own, or those that parameters name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.template.application import Application
from local.template.names import Deployment
from local.template.reader import read_application
from tests.support.checkout import ROOT

Document = dict[str, Any]

STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/icosa-prod-restored/stream/2026-11-28T12:00:00.000"
_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SigningSecret-A1b2C3"
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/0f0d4d2c-4b1c-4b38-9e3c-2d8c7a3a9d10"
_GIVEN = {
    "ExistingTableStreamArn": STREAM,
    "ExistingSigningSecretArn": _SECRET,
    "ExistingWebhookKeyArn": _KEY,
}
#: By resource: the condition under which the stack has one of its own.
_OWNED = {"Table": "OwnsTable", "SigningSecret": "OwnsSigningSecret", "WebhookKey": "OwnsWebhookKey"}


def _read(parameters: dict[str, str]) -> Application:
    return read_application(ROOT / "template.yaml", Deployment(endpoint="http://127.0.0.1:1"), parameters)


def _unguarded(value: object, guarded: frozenset[str] = frozenset()) -> Iterator[str]:
    """The owned resources that a value names outside the first branch of an ``!If`` of their condition."""
    if isinstance(value, dict):
        if set(value) == {"Fn::If"}:
            condition, own, other = value["Fn::If"]
            yield from _unguarded(own, guarded | {condition})
            yield from _unguarded(other, guarded)
            return
        for key, item in value.items():
            yield from (name for name in _named(key, item) if _OWNED.get(name, "") not in guarded)
            yield from _unguarded(item, guarded)
    elif isinstance(value, list):
        for item in value:
            yield from _unguarded(item, guarded)


def _named(key: str, item: Any) -> set[str]:
    names: set[str] = set()
    if key == "Ref":
        names = {item}
    elif key == "Fn::GetAtt":
        names = {item.partition(".")[0] if isinstance(item, str) else item[0]}
    elif key == "Fn::Sub":
        names = set(re.findall(r"\$\{(\w+)", item if isinstance(item, str) else item[0]))
    elif key == "DependsOn":
        names = {item} if isinstance(item, str) else set(item)
    return names & set(_OWNED)


def test_nothing_takes_the_stack_to_own_them(transformed: Document) -> None:
    named = {place: set(_unguarded(body)) for place, body in transformed["Resources"].items()}
    outputs = set(_unguarded(transformed["Outputs"]))

    assert {place: names for place, names in named.items() if names} == {}
    assert outputs == set()


def test_they_are_made_unless_they_are_given(template: Document) -> None:
    for resource, condition in _OWNED.items():
        [(parameter, empty)] = [template["Conditions"][condition]["Fn::Equals"]]
        body = template["Resources"][resource]

        assert body["Condition"] == condition
        assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        assert parameter["Ref"] in _GIVEN
        assert empty == template["Parameters"][parameter["Ref"]]["Default"] == ""


@pytest.mark.parametrize("parameter", sorted(_GIVEN))
def test_only_whole_arns_of_their_kind_are_taken(template: Document, parameter: str) -> None:
    pattern = template["Parameters"][parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, "")
    assert re.fullmatch(pattern, _GIVEN[parameter])
    for other in {*_GIVEN.values(), "icosa-prod-restored", STREAM.partition("/stream")[0]} - {_GIVEN[parameter]}:
        assert not re.fullmatch(pattern, other)


def test_functions_work_on_what_is_given() -> None:
    application = _read(_GIVEN)

    assert not [*application.tables, *application.secrets, *application.encryption_keys]
    told = {
        name: {
            function.environment[name] for function in application.functions.values() if name in function.environment
        }
        for name in ("TABLE_NAME", "SIGNING_SECRET_ARN", "WEBHOOK_KEY_ID")
    }
    assert told == {
        "TABLE_NAME": {"icosa-prod-restored"},
        "SIGNING_SECRET_ARN": {_SECRET},
        "WEBHOOK_KEY_ID": {_KEY},
    }
    streams = {source.source_arn for source in application.event_sources if ":dynamodb:" in source.source_arn}
    assert streams == {STREAM}


def test_each_can_be_given_alone() -> None:
    application = _read({"ExistingTableStreamArn": STREAM})

    assert not application.tables
    assert len(application.secrets) == len(application.encryption_keys) == 1
