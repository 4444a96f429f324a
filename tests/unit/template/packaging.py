"""The template as SAM gets it, once its code is uploaded."""

from __future__ import annotations

import copy
from typing import Any

Document = dict[str, Any]


class NoManagedPolicies:
    """The template names none, so SAM need not look any up."""

    def load(self) -> dict[str, str]:
        return {}


def packaged(template: Document) -> Document:
    """A copy of a template as if its code had been uploaded."""
    result = copy.deepcopy(template)
    for resource in result["Resources"].values():
        for place in ("CodeUri", "ContentUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = "s3://bucket/key"
    return result
