"""The scalar kinds: what filters, orders and indexes know about a leaf."""

from .boolean import Boolean
from .json import RawJson
from .lists import Array, MultiSelect
from .number import Number
from .numeric import Numeric
from .select import Select
from .temporal import Date, DateTime
from .text import EmailText, LongText, Text
from .uuid import Uuid

__all__ = [
    "Array",
    "Boolean",
    "Date",
    "DateTime",
    "EmailText",
    "LongText",
    "MultiSelect",
    "Number",
    "Numeric",
    "RawJson",
    "Select",
    "Text",
    "Uuid",
]
