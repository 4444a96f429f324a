"""Bodies of ``/rest/metadata/demoRecords``, as the document shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..validation.body import ResponseBody

_Numbers = dict[str, int]


class DemoRecords(ResponseBody):
    """What is left of the records with which a demo workspace began, by plural names."""

    unchanged: Annotated[_Numbers, Field(description="As they came")]
    changed: Annotated[_Numbers, Field(description="Changed by somebody, or in the trash")]


class RemovedDemoRecords(ResponseBody):
    """What became of them, by plural names."""

    removed: Annotated[_Numbers, Field(description="Destroyed by this request")]
    kept: Annotated[_Numbers, Field(description="Kept, because somebody has changed them")]
    left: Annotated[_Numbers, Field(description="Not reached in the time of a request: ask again")]
