"""Input that no change can be made from: reported in the same shape as a change that breaks rules, but before any is
made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ChangeKind, Failure, MetadataName, MetadataValidationError, Problem


def refused(
    message: str, name: MetadataName, kind: ChangeKind, problem: Problem, about: Mapping[str, Any]
) -> MetadataValidationError:
    """The report with the one problem of the one entity that a request is about."""
    return MetadataValidationError(message, [Failure(name=name, kind=kind, about=about, problems=[problem])])
