"""Errors of changes to a model (docs/wire/metadata.md#the-report-on-a-change).

A change is validated as a whole: ``MetadataValidationError`` lists every problem of every entity that it would touch.
What keeps a change from being looked at in the first place is an error of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from ..errors import BadRequest, Conflict, Forbidden, NotFound

MetadataName = Literal[
    "objectMetadata",
    "fieldMetadata",
    "index",
    "webhook",
    "role",
    "objectPermission",
    "fieldPermission",
    "rowLevelPermissionPredicate",
    "permissionFlag",
]
ChangeKind = Literal["create", "update", "delete"]

_MANY = "Many validation errors"
_SOME = "Metadata validation failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A broken rule. ``value`` is the offending part of the input, ``friendly`` the text for people (default:
    ``message``).
    """

    code: str
    message: str
    friendly: str | None = None
    value: Any = None

    @property
    def wire(self) -> dict[str, Any]:
        members = {
            "code": self.code,
            "message": self.message,
            "userFriendlyMessage": self.friendly or self.message,
            "value": self.value,
        }
        return {name: member for name, member in members.items() if member is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Everything that is wrong with one entity. ``about`` identifies it (``flatEntityMinimalInformation``)."""

    name: MetadataName
    kind: ChangeKind
    about: Mapping[str, Any]
    problems: Sequence[Problem]

    @property
    def wire(self) -> dict[str, Any]:
        return {
            "type": self.kind,
            "metadataName": self.name,
            "status": "fail",
            "flatEntityMinimalInformation": {name: value for name, value in self.about.items() if value is not None},
            "errors": [problem.wire for problem in self.problems],
        }


class MetadataValidationError(BadRequest):
    """The report on a change that breaks rules; nothing was changed.

    ``errors`` maps metadata names (``fieldMetadata`` …) to failed entities, ``summary`` counts them, ``detail`` is
    ``extensions.message`` of GraphQL, ``friendly`` the text for people. ``message`` is the top message of both APIs.
    """

    rest_error = "METADATA_VALIDATION_ERROR"
    graphql_code = "METADATA_VALIDATION_FAILED"

    def __init__(self, message: str, failures: Sequence[Failure]) -> None:
        by_name: dict[str, list[Failure]] = {}
        for failure in failures:
            by_name.setdefault(failure.name, []).append(failure)
        problems = [problem for failure in failures for problem in failure.problems]
        first = (problems[0].friendly or problems[0].message) if problems else _SOME
        super().__init__(message, friendly=first if len(failures) <= 1 else _MANY)
        self.failures = tuple(failures)
        self.errors = {name: [failure.wire for failure in entries] for name, entries in by_name.items()}
        self.summary = {"totalErrors": len(failures), **{name: len(entries) for name, entries in by_name.items()}}
        counts = ", ".join(
            f"{len(entries)} {name}{'s' if len(entries) > 1 else ''}" for name, entries in by_name.items()
        )
        self.detail = f"Validation failed for {counts}"

    @classmethod
    def single(
        cls, message: str, name: MetadataName, kind: ChangeKind, problem: Problem, about: Mapping[str, Any]
    ) -> Self:
        """The report on input that no change could be made from: one problem of the entity that the request is
        about.
        """
        return cls(message, [Failure(name=name, kind=kind, about=about, problems=[problem])])


class InvalidInput(BadRequest):
    """The body of a request is not of the required form; ``messages`` name every member that is wrong."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = tuple(messages)


class ObjectNotFound(NotFound):
    """No object of the workspace has this id."""

    def __init__(self, message: str = "Object metadata not found") -> None:
        super().__init__(message, sub_code="OBJECT_METADATA_NOT_FOUND")


class FieldNotFound(NotFound):
    """No field of the workspace has this id."""

    def __init__(self, message: str = "Field metadata not found") -> None:
        super().__init__(message, sub_code="FIELD_METADATA_NOT_FOUND")


class EntityNotFound(NotFound):
    """Something that a request names by its id does not exist."""

    def __init__(self, message: str = "Could not find flat entity in maps") -> None:
        super().__init__(message, sub_code="ENTITY_NOT_FOUND")


class IndexNotFound(NotFound):
    """No index of the workspace has this id."""

    def __init__(self, index_id: str) -> None:
        super().__init__(f"Index {index_id} not found", sub_code="INDEX_METADATA_NOT_FOUND")


class FieldIndexNotFound(NotFound):
    """A field, or a member of it, has no index that could be dropped."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no index of {path}", sub_code="INDEX_METADATA_NOT_FOUND")


class InvalidObjectInput(BadRequest):
    """A change of an object that its kind (standard, of the system, remote) does not allow."""

    def __init__(self, message: str, *, friendly: str | None = None) -> None:
        super().__init__(message, sub_code="INVALID_OBJECT_INPUT", friendly=friendly)


class InvalidIndexInput(BadRequest):
    """A new index whose members do not exist, do not fit its type, or are named twice."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sub_code="INVALID_INDEX_INPUT")


class FieldMutationNotAllowed(Forbidden):
    """A change or deletion of a field that was shipped."""

    def __init__(self, message: str, *, friendly: str | None = None) -> None:
        super().__init__(message, sub_code="FIELD_MUTATION_NOT_ALLOWED", friendly=friendly)


class IndexMutationNotAllowed(Forbidden):
    """The deletion of an index that belongs to the system."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sub_code="INDEX_MUTATION_NOT_ALLOWED")


class IndexLimitReached(Conflict):
    """An object has as many indexes of the workspace's own as it may have."""

    def __init__(self, limit: int, object_id: str) -> None:
        super().__init__(
            f"Custom index limit of {limit} reached for object {object_id}", sub_code="INDEX_LIMIT_REACHED"
        )
