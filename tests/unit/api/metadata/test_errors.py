"""Bodies of errors in the Metadata REST API (docs/wire/metadata.md#errors-over-rest), extensions in GraphQL
(docs/wire/metadata.md#errors-over-graphql)."""

from __future__ import annotations

from icosa.api.metadata.errors import MalformedId, metadata_body, metadata_extensions
from icosa.errors import PermissionDenied
from icosa.validation.errors import Failure, InvalidInput, MetadataValidationError, ObjectNotFound, Problem


def _report() -> MetadataValidationError:
    problem = Problem(code="NOT_AVAILABLE", message='Name "x" is not available', value="x")
    failure = Failure(name="fieldMetadata", kind="create", about={"name": "x"}, problems=[problem])
    return MetadataValidationError("Multiple validation errors occurred while creating fields", [failure])


def test_a_report_on_a_change() -> None:
    body = metadata_body(_report())

    assert (body["statusCode"], body["error"]) == (400, "METADATA_VALIDATION_ERROR")
    assert body["message"] == "Multiple validation errors occurred while creating fields"
    assert body["summary"] == {"totalErrors": 1, "fieldMetadata": 1}
    assert body["errors"]["fieldMetadata"][0]["errors"][0]["code"] == "NOT_AVAILABLE"
    assert body["userFriendlyMessage"] == 'Name "x" is not available'


def test_the_same_report_in_graphql() -> None:
    extensions = metadata_extensions(_report())

    assert extensions["message"] == "Validation failed for 1 fieldMetadata"
    assert set(extensions) == {"errors", "summary", "message"}
    assert metadata_extensions(ObjectNotFound()) == {}


def test_domain_errors() -> None:
    assert metadata_body(ObjectNotFound()) == {
        "statusCode": 404,
        "error": "NotFoundException",
        "messages": ["Object metadata not found"],
        "code": "OBJECT_METADATA_NOT_FOUND",
    }
    denial = metadata_body(PermissionDenied())
    assert (denial["statusCode"], denial["code"]) == (403, "PERMISSION_DENIED")
    assert denial["messages"] == ["Entity performing the request does not have permission"]


def test_bodies_of_the_wrong_form() -> None:
    body = metadata_body(InvalidInput(["labelPlural must be a string", "labelPlural should not be empty"]))

    assert (body["statusCode"], body["error"]) == (400, "Bad Request")
    assert body["message"] == ["labelPlural must be a string", "labelPlural should not be empty"]


def test_malformed_ids() -> None:
    body = metadata_body(MalformedId())

    assert (body["statusCode"], body["message"], body["error"]) == (
        400,
        "Validation failed (uuid is expected)",
        "Bad Request",
    )
