"""RAW_JSON and FILES."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import orjson

from ...errors import InvalidData
from ...identifiers import is_uuid
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Kind, Stored
from .common import ScalarType
from .graphql_types import TypeNames
from .kinds import RawJson
from .rules import FieldTypeRules


class RawJsonType(ScalarType):
    """Any JSON object or list, kept as compact text: DynamoDB's own types would round numbers and cost more."""

    name = "RAW_JSON"
    rules = FieldTypeRules(supports_gin=True)
    is_groupable: ClassVar[bool] = False
    _KIND = RawJson()

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def read(self, field: Field, value: Any) -> Stored:
        return values.json_text(field.name, value)

    def render(self, field: Field, value: Stored) -> Any:
        return None if value is None else orjson.loads(value)

    def unique_subfields(self) -> Sequence[str | None]:
        return ()

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.JSON

    def example(self, field: Field) -> Any:
        return {"key": "value"}


class FilesType(ScalarType):
    """References to files: ``[{"fileId": "<uuid>", "label": "cv.pdf"}]`` (docs/wire/rest.md#files)."""

    name = "FILES"
    rules = FieldTypeRules(has_default=False, needs_value_limit=True)
    is_groupable: ClassVar[bool] = False
    _KIND = RawJson("FILES")
    _KEYS = ("fileId", "label")
    #: What answers add.
    _ADDED = ("extension", "url")

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def read(self, field: Field, value: Any) -> Stored:
        files = value
        if isinstance(value, str):
            try:
                files = orjson.loads(value)
            except orjson.JSONDecodeError as error:
                raise self._invalid(field, value, _SHAPE) from error
        if not isinstance(files, list):
            raise self._invalid(field, value, _SHAPE)
        parsed = [self._file(field, value, position, file) for position, file in enumerate(files)]
        most = (field.settings or {}).get("maxNumberOfValues")
        if most is not None and len(parsed) > most:
            raise InvalidData(f'Max number of files is {most} for field "{field.name}"')
        return parsed or None

    def _file(self, field: Field, value: Any, position: int, file: Any) -> dict[str, str]:
        if not isinstance(file, Mapping):
            raise self._invalid(field, value, f"{position}: Invalid input: expected object, received {_zod_type(file)}")
        for key in self._KEYS:
            if not isinstance(file.get(key), str):
                received = _zod_type(file[key]) if key in file else "undefined"
                raise self._invalid(
                    field, value, f"{position}.{key}: Invalid input: expected string, received {received}"
                )
        if not is_uuid(file["fileId"]):
            raise self._invalid(field, value, f"{position}.fileId: Invalid UUID")
        shown = {"extension": _extension(file["label"]), "url": None}
        if unknown := [key for key in file if key not in self._KEYS and not (key in shown and file[key] == shown[key])]:
            raise self._invalid(
                field, value, f"{position}: Unrecognized key{'s' if len(unknown) > 1 else ''}: {_quoted(unknown)}"
            )
        values.check_characters(field.name, file["label"])
        return {"fileId": file["fileId"].lower(), "label": file["label"]}

    @staticmethod
    def _invalid(field: Field, value: Any, reason: str) -> InvalidData:
        return InvalidData(f'Invalid value "{inspect(value)}" for FILES field "{field.name}" - {reason}')

    def render(self, field: Field, value: Stored) -> Any:
        return [{**file, "extension": _extension(file["label"]), "url": None} for file in value or ()]

    def unique_subfields(self) -> Sequence[str | None]:
        return ()

    def graphql(self, field: Field, enum: str) -> TypeNames:
        return TypeNames(
            output="[FileObject]",
            create="[FileItemInput]",
            update="[FileItemInput]",
            filter=self._KIND.scalar.filter,
            members=(*self._KEYS, *self._ADDED),
        )

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        properties = {"fileId": json_schema.UUID, "label": json_schema.STRING}
        if response:
            properties |= {"extension": json_schema.STRING, "url": json_schema.nullable(json_schema.STRING)}
            return json_schema.array(json_schema.object_of(properties))
        schema: dict[str, Any] = {
            **json_schema.array({**json_schema.object_of(properties, closed=True), "required": list(properties)})
        }
        most = (field.settings or {}).get("maxNumberOfValues")
        return schema if most is None else {**schema, "maxItems": most}


_SHAPE = 'It should be an array of objects with "fileId" and "label" properties.'


def _extension(label: str) -> str:
    return label.rpartition(".")[2] if "." in label else ""


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _zod_type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
