"""Where exports go: the bucket of the installation's operator, or a folder of the machine of a local stack."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import BadRequest
from .steps import Store


class _Bucket:
    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: str, content: bytes) -> None:
        _s3().put_object(Bucket=self._bucket, Key=f"{self._prefix}/{name}", Body=content)

    @property
    def address(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"


class Folder:
    """A folder that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        place = self._path / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        draft.replace(place)

    @property
    def address(self) -> str:
        return str(self._path)


def export_store(workspace_id: str, operation_id: str) -> Store:
    """Where an export goes. Raises BadRequest where the installation names no place (EXPORT_BUCKET, or EXPORT_FOLDER
    of a local stack).
    """
    prefix = f"workspaces/{workspace_id}/{operation_id}"
    if bucket := os.environ.get("EXPORT_BUCKET"):
        return _Bucket(bucket, prefix)
    if folder := os.environ.get("EXPORT_FOLDER"):
        return Folder(Path(folder) / prefix)
    raise BadRequest("This installation names no bucket for exports: set the parameter ExportBucket")


@cache
def _s3() -> Any:
    import boto3  # Here, because few need it.

    return boto3.client("s3")
