"""The name of a release: a hash of what would be deployed.

SAM gives a function a new version when its template or code changes, but not when the value of a parameter does. So all
of them are told to have a version by this name, which stands for the code, the template and the parameters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

#: The parameter that carries the name, and does not count for it.
RELEASE = "Release"
_LENGTH = 20


def code_of(built: Path, resources: Mapping[str, Any]) -> str:
    """A hash of a built template and of all code that it names. The files' times do not count."""
    digest = hashlib.sha256((built / "template.yaml").read_bytes())
    for folder in sorted(set(_folders(resources))):
        for file in sorted((built / folder).rglob("*")):
            if file.is_file():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(built).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def release_name(code: str, parameters: Mapping[str, str]) -> str:
    """The name of a release, of code and effective parameters. SAM makes a part of a logical id of it: letters and
    digits only, of which the first ten must differ.
    """
    values = {name: value for name, value in parameters.items() if name != RELEASE}
    content = orjson.dumps([code, values], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:_LENGTH]


def _folders(resources: Mapping[str, Any]) -> Iterator[str]:
    for resource in resources.values():
        properties = resource.get("Properties", {})
        for place in ("CodeUri", "ContentUri"):
            if place in properties:
                yield properties[place]
