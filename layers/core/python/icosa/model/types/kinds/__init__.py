"""The scalar kinds: what filters, orders and indexes know about a leaf."""

from ..base import Kind
from ..graphql_types import BIG_INT, INT
from .boolean import Boolean
from .json import RawJson
from .lists import Array, MultiSelect
from .number import Number
from .numeric import Numeric
from .select import Select
from .temporal import Date, DateTime
from .text import EmailText, LongText, Text, UrlText
from .uuid import Uuid

#: One of each kind, for numbers one of each GraphQL type.
KINDS: tuple[Kind, ...] = (
    Text(),
    Uuid(),
    Number(),
    Number(scalar=INT),
    Number(scalar=BIG_INT),
    Numeric(),
    Date(),
    DateTime(),
    Boolean(),
    Array(),
    RawJson(),
    Select(()),
    MultiSelect(()),
)

__all__ = [
    "KINDS",
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
    "UrlText",
    "Uuid",
]
