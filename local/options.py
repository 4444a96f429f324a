"""What a stack is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.gateway.usage import Rate


@dataclass(frozen=True, kw_only=True)
class Options:
    """``root`` is the folder of ``template.yaml``; ``rate`` replaces the usage plans' own throttling.

    ``prefix`` is the path below which the API is, with a slash at its beginning only, as on a custom domain with a base
    path; empty for none. ``streams`` is whether functions follow the streams of tables; what they miss they get from a
    later stack that lets them. ``preload`` is whether functions behind the API are loaded when it opens, and not by the
    first call of each. ``environments`` is how many processes one function may have; ``parameters`` override
    the template's defaults. ``quiet`` leaves the lines of single calls out of the terminal.
    """

    root: Path
    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    prefix: str = ""
    rate: Rate | None = None
    streams: bool = True
    preload: bool = True
    environments: int = 2
    quiet: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
