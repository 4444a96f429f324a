"""What one request may ask for beyond the limits that an installation may change (``settings``): the numbers that
bound its cost, with what the client is told. docs/limits.md lists them.

Each is large enough for what people and their programs send, and such that a request that reaches all of them takes
less than two seconds of CPU on 1,000 records (docs/limits.md#the-worst-requests).
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import TooMuchAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``what`` completes "The request has 5 …", ``advice`` says what to do instead."""

    most: int
    what: str
    advice: str

    def check(self, count: int) -> None:
        """Raises TooMuchAsked."""
        if count > self.most:
            raise TooMuchAsked(f"The request has {count} {self.what}, at most {self.most} are allowed. {self.advice}")


#: DynamoDB's limit for an item is 400 KB; what is not data of a record takes less than this reserve.
RECORD_BYTES = 400 * 1024 - 1024

# ------------------------------------------------------------------ of metadata

#: Characters of a field's default value as JSON.
DEFAULT_CHARACTERS = 4_000
#: Options of a field.
OPTIONS = 1_000
#: Characters of the description of an object or a field; of its icon, shortcut and color.
DESCRIPTION_CHARACTERS = 4_000
SHORT_CHARACTERS = 255

# ------------------------------------------------------------------ of an answer

#: Problems of records that an error tells, the first of each record before others; and characters of a value in one.
PROBLEMS = 200
PROBLEM_VALUE_CHARACTERS = 200

# ------------------------------------------------------------------ of a request

FILTER_CONDITIONS = Limit(
    most=200,
    what="conditions in its filters",
    advice='Use "in" for many values of a field, or several requests',
)
FILTER_LIST_MEMBERS = Limit(
    most=2_000,
    what="members in the lists of its filters",
    advice="Use several requests",
)
FILTER_VALUE_CHARACTERS = Limit(
    most=100_000,
    what="characters in the values of its filters",
    advice="Use shorter values or several requests",
)
FILTER_PATTERN_CHARACTERS = Limit(
    most=8_000,
    what="characters in the patterns of its filters",
    advice="Use shorter patterns or several requests",
)
OFFSET = Limit(
    most=10_000,
    what="records to skip by its offsets",
    advice='Go on from a cursor ("after") instead',
)
SEARCH_TERMS = Limit(
    most=40,
    what="terms in its searches",
    advice="Search for fewer words, or in several requests",
)
ORDER_CRITERIA = Limit(
    most=60,
    what="order criteria",
    advice="Leave out criteria that hardly tell records apart",
)
GROUP_DIMENSIONS = Limit(
    most=40,
    what="dimensions of groups",
    advice="Group by fewer fields, or use several requests",
)
GROUP_MEMBERSHIPS = Limit(
    most=100_000,
    what="groups that records come into by the members of their lists",
    advice="Group by fewer lists at once, or narrow the filter",
)
AGGREGATES = Limit(
    most=200,
    what="aggregates",
    advice="Use several requests",
)
RECORDS = Limit(
    most=600,
    what="records to write or to find duplicates of, 60 for a change by filter",
    advice="Use several requests",
)
RICH_TEXT_BYTES = Limit(
    most=1_000_000,
    what="bytes of rich text to convert between BlockNote and Markdown",
    advice="Send fewer records in one request, or both forms of each text",
)
RICH_TEXT_MARKS = Limit(
    most=30_000,
    what="lines and special characters in its Markdown",
    advice="Send fewer records in one request, or both forms of each text",
)
LIST_MEMBERS = Limit(
    most=2_000,
    what="additional e-mail addresses, phones and links",
    advice="Send fewer records in one request",
)
