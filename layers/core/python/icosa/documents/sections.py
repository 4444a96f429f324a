"""The sections of a bundle and how each is made. What containers read at every cold start belongs here; nothing else
does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..catalog import models
from ..model.model import Model
from .openapi.build_id import build_id
from .openapi.core import core_body

OPENAPI_CORE = "openapi-core"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What sections are made from: the metadata rows of one version, and the model that they say."""

    items: Sequence[Mapping[str, Any]]
    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``build`` makes the content. ``build_id`` names the code that does, where its releases differ."""

    name: str
    build: Callable[[Source], bytes]
    build_id: Callable[[], str] = str


SECTIONS: tuple[Section, ...] = (
    Section(name=models.SECTION, build=lambda source: models.encode(source.items)),
    Section(name=OPENAPI_CORE, build=lambda source: core_body(source.model), build_id=build_id),
)
