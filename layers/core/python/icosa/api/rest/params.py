"""The parameters of a query string (docs/wire/rest.md#parameters)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ...errors import BadRequest
from ...model.dates import parse_instant
from ...query.groups import group_limit_error
from ...query.operation import change_limit_error
from .filter_text import Raw, parse_filter, parse_order
from .quotes import CUT_HINT

#: A number of records in decimal digits; a fraction is not refused (docs/wire/rest.md#limit).
_LIMIT = re.compile(r"\+?(?P<whole>\d+)(?:\.(?P<fraction>\d*))?", re.ASCII)
_OFFSET = re.compile(r"\d{1,9}", re.ASCII)
_FIELDS_HINT = "Expected a comma-separated list of field names, e.g. fields=id,name"
_GROUP_BY_HINT = (
    "Invalid group_by query parameter - should be a valid array of objects - ex: "
    '[{"firstField": true}, {"secondField": {"subField": true}}, {"dateField": {"granularity": \'DAY\'}}]'
)
_AGGREGATE_HINT = (
    'Invalid aggregate query parameter - should be a valid array of string - ex: ["countNotEmptyId", "countEmptyField"]'
)
_GROUP_ORDER_HINT = (
    "Invalid order_by query parameter - should be a valid array of objects - ex: "
    '[{"firstField": "AscNullsFirst"}, {"secondField": {"subField": "DescNullsLast"}}, '
    '{"aggregate": {"aggregateField": "DescNullsLast"}}, {dateField: {"orderBy": "AscNullsFirst", "granularity": '
    '"DAY"}}]'
)


#: What a page of any collection is asked for with.
PAGE_PARAMETERS = frozenset(("limit", "starting_after", "ending_before"))
_PARAMETERS = PAGE_PARAMETERS | {
    *("filter", "order_by", "depth", "fields", "upsert", "partial", "soft_delete", "since"),
    *("offset", "group_by", "aggregate", "order_by_for_records", "include_records_sample", "view_id", "viewId"),
}
_FLAGS = {"true": True, "false": False}
_NAME = re.compile(r"[A-Za-z_][\w.-]*(?:\[[\w.-]*\])*", re.ASCII)
_FILTER_HINT = "Write a filter as filter=emails.primaryEmail[eq]:value"
#: A filter that ends so ends where its author ended it.
_ENDS = ('"', "'", ")", "]")


#: Parameters of lists: beside the filter of a change they may be the rest of its value.
_OF_LISTS = frozenset(("order_by", "starting_after", "ending_before"))


class Params:
    """A parsed query string. ``filter`` and ``order_by`` are ignored when they are given more than once.

    Methods raise BadRequest. ``ignored`` are the names of parameters that nobody has looked at so far.
    """

    def __init__(self, query_string: str) -> None:
        self._values: dict[str, list[str]] = {}
        self._used: set[str] = set()
        self._dropped: list[str] = []
        for name, value in parse_qsl(query_string, keep_blank_values=True):
            self._values.setdefault(name, []).append(value)

    @property
    def has_filter(self) -> bool:
        return "filter" in self._values

    def refuse_strays(
        self, known: Collection[str] = _PARAMETERS, *, is_bulk_change: bool = False, names_record: bool = False
    ) -> None:
        """Refuse parameters that may be the rest of another one's value: API Gateway cuts values at ``;`` and ``&``,
        and what it has cut off is a parameter that nobody knows (docs/wire/rest.md#parameters). ``names_record``: the
        filter is the condition of a change of one record, of which there is nothing to limit.
        """
        for name, values in self._values.items():
            if name in known or name.startswith("fields["):
                continue
            if name.startswith("filter["):
                raise _invalid(f"Unknown parameter '{name}'. It may be the rest of another one's value. {_FILTER_HINT}")
            if is_bulk_change or "" in values or not _NAME.fullmatch(name) or self._may_be_rest_of_filter(name):
                raise _invalid(f"Unknown parameter '{name}'. It may be the rest of another one's value. {CUT_HINT}")
        of_lists = [name for name in self._values if name in _OF_LISTS or (names_record and name == "limit")]
        if is_bulk_change and not of_lists and "limit" in self._values and self._may_be_rest_of_filter("limit"):
            raise _invalid(
                "limit may be the rest of the filter's value. Write the filter so that its end can be seen, as in "
                f'filter=and(name[eq]:"x")&limit=60. {CUT_HINT}'
            )
        if is_bulk_change and of_lists:
            changed = "one record" if names_record else "many records"
            raise _invalid(f"Parameter '{of_lists[0]}' means nothing to a change of {changed}. {CUT_HINT}")

    def _may_be_rest_of_filter(self, name: str) -> bool:
        """Names with an underscore in front are those that clients add for caches and themselves."""
        return not name.startswith("_") and any(not text.endswith(_ENDS) for text in self._values.get("filter", ()))

    @property
    def ignored(self) -> list[str]:
        return [*(name for name in self._values if name not in self._used), *self._dropped]

    def drop(self, parameter: str, members: Iterable[str]) -> None:
        """Tell that members of a parameter's value mean nothing, as its ``ignored`` parts."""
        self._dropped += [f"{parameter}[{member}]" for member in members]

    @property
    def filter(self) -> Raw | None:
        text = self._once("filter")
        return parse_filter(text) if text else None

    @property
    def condition(self) -> Raw | None:
        """``filter`` beside the id of a record that is written; never ignored."""
        values = self._values.get("filter")
        if values is None:
            return None
        if len(values) > 1 or (condition := self.filter) is None:
            raise BadRequest(
                "A filter beside the id of a record must be given once, and not be empty",
                sub_code="INVALID_ARGS_FILTER",
            )
        return condition

    @property
    def order(self) -> list[Raw]:
        return self._order("order_by")

    @property
    def depth(self) -> int:
        text = self._all("depth")
        if text in ("", "0"):
            return 0
        if text != "1":
            raise BadRequest(
                f"'depth={text}' parameter invalid. Allowed values are 0, 1", sub_code="INVALID_DEPTH_QUERY_PARAM"
            )
        return 1

    def limit(self, *, default: int, maximum: int) -> int:
        """Larger values are cut to ``maximum``, fractions are rounded up (docs/wire/quirks.md#fractions-of-a-limit)."""
        text = self._all("limit")
        if not text:
            return default
        number = _LIMIT.fullmatch(text.strip())
        if number is None:
            raise BadRequest(f"limit '{text}' is invalid. Should be an integer", sub_code="INVALID_LIMIT_QUERY_PARAM")
        whole, fraction = number["whole"], number["fraction"] or ""
        if len(whole) > 9:
            return maximum
        return min(int(whole) + (fraction.strip("0") != ""), maximum)

    def change_limit(self, *, maximum: int) -> int | None:
        """How many of the records that match a change may touch, None for all of them."""
        text = self._all("limit")
        if "limit" not in self._values:
            return None
        if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII) or int(text) > maximum:
            raise BadRequest(change_limit_error(maximum), sub_code="INVALID_LIMIT_QUERY_PARAM")
        return int(text)

    def group_limit(self, *, default: int, maximum: int) -> int:
        """The same for groups, where more than ``maximum`` are refused: a list that is cut has a total, and groups have
        none in their body.
        """
        limit = self.limit(default=default, maximum=maximum + 1) or default
        if limit > maximum:
            raise BadRequest(group_limit_error(maximum), sub_code="INVALID_LIMIT_QUERY_PARAM")
        return limit

    @property
    def group_offset(self) -> int:
        """How many groups are passed over."""
        text = self._all("offset").strip()
        if not text:
            return 0
        if _OFFSET.fullmatch(text) is None:
            raise _invalid(f"offset '{text}' is invalid. Should be an integer from 0")
        return int(text)

    @property
    def after(self) -> str:
        return self._all("starting_after")

    @property
    def since(self) -> str | None:
        """A moment as a stored DATE_TIME, None when the parameter is absent."""
        text = self._all("since")
        if not text:
            return None
        moment = parse_instant(text)
        if moment is None:
            raise _invalid(f"'since={text}' parameter invalid. It must be a moment, as in 2026-05-04T09:12:44Z")
        return moment

    @property
    def before(self) -> str:
        return self._all("ending_before")

    @property
    def fields(self) -> tuple[str, ...] | None:
        """Names of ``fields`` without repetition, None when it is not texts (docs/wire/rest.md#fields)."""
        if any(name.startswith("fields[") for name in self._values):
            raise BadRequest(f"'fields' parameter invalid. {_FIELDS_HINT}", sub_code="INVALID_QUERY_INPUT")
        texts = self._values.get("fields")
        if texts is None:
            return None
        self._used.add("fields")
        names = (name.strip() for text in texts for name in text.split(","))
        fields = tuple(dict.fromkeys(name for name in names if name))
        if not fields:
            raise BadRequest(f"'fields' parameter is empty. {_FIELDS_HINT}", sub_code="INVALID_QUERY_INPUT")
        return fields

    @property
    def upsert(self) -> bool:
        return self._flag("upsert")

    @property
    def partial(self) -> bool:
        return self._flag("partial")

    @property
    def soft_delete(self) -> bool:
        return self._flag("soft_delete")

    @property
    def include_records_sample(self) -> bool:
        return self._flag("include_records_sample")

    @property
    def group_by(self) -> list[Raw]:
        elements = self._json("group_by", Mapping, _GROUP_BY_HINT)
        if not elements:
            raise _invalid(_GROUP_BY_HINT)
        return elements

    @property
    def aggregates(self) -> list[str]:
        return self._json("aggregate", str, _AGGREGATE_HINT) or []

    @property
    def group_order(self) -> list[Raw]:
        return self._json("order_by", Mapping, _GROUP_ORDER_HINT) or []

    @property
    def records_order(self) -> list[Raw]:
        return self._order("order_by_for_records")

    def flag(self, name: str) -> bool:
        """A parameter that is true or false, and false when it is absent."""
        return self._flag(name)

    def text(self, name: str) -> str:
        """A parameter that is taken as it is, empty when it is absent."""
        return self._all(name)

    @property
    def view_id(self) -> str:
        return self._all("view_id") or self._all("viewId")

    def _once(self, name: str) -> str | None:
        values = self._values.get(name, ())
        if len(values) != 1:
            return None
        self._used.add(name)
        return values[0]

    def _all(self, name: str) -> str:
        """The value as Twenty's framework prints it: several are joined."""
        self._used.add(name)
        return ",".join(self._values.get(name, ()))

    def _flag(self, name: str) -> bool:
        if name not in self._values:
            return False
        text = self._all(name)
        if text not in _FLAGS:
            raise _invalid(f"'{name}={text}' parameter invalid. Allowed values are true, false")
        return _FLAGS[text]

    def _order(self, name: str) -> list[Raw]:
        text = self._once(name)
        return parse_order(text) if text else []

    def _json(self, name: str, member: type[Any], hint: str) -> list[Any] | None:
        """A JSON array whose members are all of one type; None when the parameter is absent."""
        text = self._once(name)
        if text is None:
            return None
        try:
            value = orjson.loads(text)
        except ValueError as error:
            raise _invalid(hint) from error
        if not isinstance(value, list) or not all(isinstance(element, member) for element in value):
            raise _invalid(hint)
        return value


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
