"""Requests made from an OpenAPI document, and whether the answers are what the document says.

Documents leave room for what later versions add; here they are taken at their word: a member that is not described is a
contradiction.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup

Document = dict[str, Any]

load_all_checks()
_CHECKS = [
    not_a_server_error,
    *CHECKS.get_by_names(
        [
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
            "response_headers_conformance",
        ]
    ),
]
#: Chosen as often as what is made up, because most of what is made up is refused.
_MODES = (
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.NEGATIVE,
)


@dataclass
class Outcome:
    """``statuses`` counts answers, ``contradictions`` are descriptions of answers that the document does not allow."""

    statuses: Counter[int] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)


#: Ends of the names of schemas that only answers have.
_ANSWERS = ("ForResponse", "ForRelation", "_Value", "Page", "Duplicates", "Group", "Page_Info", "Record_Id")


def strict(document: Document) -> Document:
    """The document with no room for members of answers that it does not describe."""
    selected = copy.deepcopy(document)
    for name, schema in selected["components"]["schemas"].items():
        if name.endswith(_ANSWERS):
            _close(schema)
    for path in selected["paths"].values():
        for operation in path.values():
            if "responses" in operation:  # A path may have servers of its own beside its operations.
                _close(operation["responses"])
    return selected


def _close(value: Any) -> None:
    if isinstance(value, dict):
        if "properties" in value:
            value.setdefault("additionalProperties", False)
        for member in value.values():
            _close(member)
    elif isinstance(value, list):
        for member in value:
            _close(member)


def exercise(
    schema: Any, *, known: Mapping[str, Sequence[str]], examples: int, wants: Callable[[str], bool] = lambda _: True
) -> Outcome:
    """Call every operation of a loaded document whose path ``wants`` accepts.

    ``known`` are ids of records by the first segment of a path: of two ids one is such. Query parameters that have
    examples are sent with one of them as often as with something made up.
    """
    outcome = Outcome()
    for result in schema.get_all_operations():
        operation = result.ok()
        if wants(operation.path):
            _exercise(operation, known, examples, outcome)
    return outcome


def _exercise(operation: Any, known: Mapping[str, Sequence[str]], examples: int, outcome: Outcome) -> None:
    ids = known.get(operation.path.split("/")[1], ())
    offered = {parameter.name: list(_values(parameter.definition)) for parameter in operation.query}
    offered = {name: values for name, values in offered.items() if values}
    strategies = [operation.as_strategy(generation_mode=mode) for mode in _modes(operation)]

    @seed(len(operation.label))
    @settings(
        max_examples=examples,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(strategies), data=st.data())
    def run(case: Any, data: st.DataObject) -> None:
        if ids and "id" in (case.path_parameters or {}) and data.draw(st.booleans()):
            case.path_parameters["id"] = data.draw(st.sampled_from(ids))
        for name, values in offered.items():
            if name in (case.query or {}) and data.draw(st.booleans()):
                case.query[name] = data.draw(st.sampled_from(values))
        response = case.call()
        outcome.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as failures:
            sent = f"{case.method} {case.formatted_path} {case.query} {case.body}"
            outcome.contradictions += [
                f"{str(failure)[:300]}\n{sent[:500]}\n{response.text[:500]}" for failure in failures.exceptions
            ]

    run()


def _modes(operation: Any) -> Iterator[Any]:
    """Nothing can be wrong about a request without parameters and body."""
    takes = bool(operation.query or operation.body or operation.path_parameters)
    return (mode for mode in _MODES if takes or mode != schemathesis.GenerationMode.NEGATIVE)


def _values(definition: Mapping[str, Any]) -> Iterator[Any]:
    for example in (definition.get("examples") or {}).values():
        yield example["value"]
