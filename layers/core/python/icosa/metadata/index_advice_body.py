"""Advice about an index as the APIs show it (docs/wire/metadata.md#index-advice)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..validation.body import ResponseBody
from ..validation.types import Identifier, Moment


class IndexAdvice(ResponseBody):
    """What the index of one field, or of one member of it, costs and saves."""

    object_metadata_id: Identifier
    object_name_singular: Annotated[str, Field(description="The name of the object")]
    field_metadata_id: Identifier
    field_name: Annotated[str, Field(description="The name of the field")]
    sub_field_name: Annotated[str | None, Field(description="The member of a composite field")]
    path: Annotated[str, Field(description="As filters name it")]
    records: Annotated[
        Literal["ALL", "VALUES", "NULLS", "NONE"], Field(description="Which records have a row in the index")
    ]
    status: Annotated[Literal["READY", "BUILDING", "NONE"], Field(description="Whether reads use it")]
    made_by: Annotated[
        Literal["SHIPPED", "DECLARED", "TUNER"] | None, Field(description="Null where there is no index")
    ]
    is_droppable: Annotated[bool, Field(description="Whether `dropFieldIndex` may drop it")]
    uses: Annotated[int, Field(description="Requests of the last 30 days that read the index, as far as noted")]
    last_use: Annotated[Moment | None, Field(description="Null if none is noted in the last 40 days")]
    scans: Annotated[int, Field(description="Reads of the last 7 days that lacked the index")]
    scan_units: Annotated[float, Field(description="Read units a day that these cost more than by the index")]
    index_units: Annotated[float, Field(description="Write units a day that the index costs, or would cost")]
    advice: Annotated[Literal["BUILD", "DROP", "KEEP"], Field(description="What is advised")]
    reason: Annotated[str, Field(description="Why")]
    usd_per_month: Annotated[
        float,
        Field(description="By how much the bill changes if the index is built, where there is none, or else dropped"),
    ]
