"""What the readers of single resources share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.template.document import TemplateError
from local.template.intrinsics import Intrinsics
from local.template.names import Deployment, Names


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A template whose conditions are decided. ``root`` is the folder that code paths start from."""

    resources: Mapping[str, Any]
    globals: Mapping[str, Any]
    intrinsics: Intrinsics
    names: Names
    deployment: Deployment
    root: Path

    def of_type(self, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Logical id and unresolved properties (with the globals of the kind merged in) of the resources of
        some types.
        """
        for name, resource in self.resources.items():
            if resource.get("Type") in kinds:
                yield name, self.properties(name)

    def properties(self, name: str) -> dict[str, Any]:
        """The unresolved properties of a resource."""
        resource = self.resources[name]
        section = _GLOBALS.get(resource["Type"])
        own = resource.get("Properties") or {}
        return merge(self.globals.get(section) or {}, own) if section else own

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic in it evaluated."""
        return self.intrinsics.resolve(value)

    def function_of(self, reference: Any) -> str:
        """The logical id of the function that a resolved ARN (of the function, a version or alias) or name means."""
        text = str(reference)
        for name, _ in self.of_type("AWS::Serverless::Function"):
            arn = self.names.arn(name)
            if text in {arn, self.names.name(name)} or text.startswith(f"{arn}:") or f"{arn}/invocations" in text:
                return name
        raise TemplateError(f"{text} is not a function of this template")


#: SAM: the sections of Globals and the resource types that they apply to.
_GLOBALS = {"AWS::Serverless::Api": "Api", "AWS::Serverless::Function": "Function"}


def merge(shared: Any, own: Any) -> Any:
    """Globals and a resource's own value, as SAM merges them: maps key by key, lists joined (globals first), else the
    own value.

    An intrinsic is a plain value here, never merged.
    """
    if isinstance(shared, dict) and isinstance(own, dict) and not _is_intrinsic(shared) and not _is_intrinsic(own):
        return {
            key: merge(shared[key], own[key]) if key in shared and key in own else {**shared, **own}[key]
            for key in {**shared, **own}
        }
    if isinstance(shared, list) and isinstance(own, list):
        return shared + own
    return own


def _is_intrinsic(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and (next(iter(value)) == "Ref" or str(next(iter(value))).startswith("Fn::"))
