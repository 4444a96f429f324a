"""Random records, conditions and orders, biased towards collisions, nulls and case variants."""

from __future__ import annotations

from random import Random
from typing import Any

from .reference import Condition

_WORDS = ("Ann", "ann", "ANN", "Bob", "bo", "B", "Zoë", "zoe", "a_b", "a%b", "aab", "\x01x", "x\x02", "Straße")
_LONG = "long " * 30
#: Texts that have parts in common, at their beginnings, in the middle and at their ends; some too long for fragments.
_TITLES = ("Quantity Surveyor", "senior quant", "Quant", "Equanimity", "quant quant", "x" * 70 + "quant", "İQUANT")
_PARTS = ("%quant%", "%uan%", "%Quant%", "%quant", "%ANT", "%se%quant%", "%ant_ty%", "%quant quant%", "%xxx%", "%an%")
DIRECTIONS = ("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")
_DATES = tuple(f"2026-0{m}-1{d}T00:00:00.00{d}Z" for m in (1, 2) for d in (0, 5))
_NUMBERS = (0, 1, -1, 2.5, 2.25, 1e21, -3, 100)


def text(random: Random) -> str:
    """A word, or text that is longer than an index key."""
    if random.random() < 0.1:
        return _LONG + random.choice(("a", "A", "b", "B", "a" * 900, "b" * 900))
    if random.random() < 0.2:
        return random.choice(_TITLES)
    return random.choice(_WORDS)


def maybe(random: Random, value: Any, null: float = 0.25) -> Any:
    """The value, or None with probability ``null``."""
    return None if random.random() < null else value


def deal(random: Random, firms: list[str]) -> dict[str, Any]:
    """The body of a deal."""
    return {
        "title": maybe(random, text(random)),
        "amount": maybe(random, random.choice(_NUMBERS)),
        "stage": maybe(random, random.choice(("NEW", "WON", "LOST"))),
        "due": maybe(random, random.choice(_DATES)),
        "hot": maybe(random, random.random() < 0.5),
        "who": {"firstName": maybe(random, text(random)), "lastName": maybe(random, random.choice(("X", "Y")))},
        "price": {
            "amountMicros": maybe(random, random.choice((5, 10, -5, 10**17))),
            "currencyCode": maybe(random, "EUR"),
        },
        "tags": maybe(random, random.choice((["x", "y"], ["Quantity", "b"], ["a", "senior quant"]))),
        "firmId": maybe(random, random.choice(firms)) if firms else None,
        "code": maybe(random, f"c{random.randrange(1000)}", 0.6),
    }


def condition(random: Random, depth: int = 2, *, firms: list[str], within: bool = False) -> Condition:
    """A random condition on deals (on firms when ``within`` a relation block)."""
    roll = random.random()
    if depth and roll < 0.35:
        word = random.choice(("and", "or"))
        return (word, [condition(random, depth - 1, firms=firms, within=within) for _ in range(random.randint(1, 3))])
    if depth and roll < 0.45:
        return ("not", condition(random, depth - 1, firms=firms, within=within))
    if within:
        return _text_condition(random, "name")
    if roll < 0.53:
        return ("firm", condition(random, 1, firms=firms, within=True))
    match random.randrange(9):
        case 0 | 1:
            return _text_condition(random, random.choice(("title", "who.firstName", "code")))
        case 2:
            return _ordered_condition(random, "amount", _NUMBERS)
        case 3:
            return _ordered_condition(random, "due", _DATES)
        case 4:
            return random.choice(
                (
                    ("stage", "eq", "NEW"),
                    ("stage", "neq", "WON"),
                    ("stage", "in", ["NEW", "LOST"]),
                    ("stage", "is", "NULL"),
                )
            )
        case 5:
            return random.choice((("hot", "eq", True), ("hot", "eq", False), ("hot", "is", "NOT_NULL")))
        case 6:
            moment = f"2026-01-01T00:00:00.{random.randrange(8):03}Z"
            return ("createdAt", random.choice(("eq", "gt", "gte", "lt", "lte", "neq")), moment)
        case 7 if firms:
            firm = random.choice(firms)
            return random.choice(
                (("firmId", "eq", firm), ("firmId", "in", firms[:3]), ("firmId", "is", "NULL"), ("firmId", "neq", firm))
            )
        case _:
            return random.choice(
                (
                    ("price.currencyCode", "eq", "EUR"),
                    ("who.lastName", "eq", "X"),
                    ("tags", "is", "NULL"),
                    ("tags", "containsIlike", random.choice(_PARTS)),
                )
            )


def _text_condition(random: Random, path: str) -> Condition:
    operator = random.choice(
        ("eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "like", "ilike", "startsWith", "endsWith")
    )
    match operator:
        case "is":
            return (path, operator, random.choice(("NULL", "NOT_NULL")))
        case "in":
            return (path, operator, [text(random) for _ in range(2)])
        case "like" | "ilike":
            return (path, operator, random.choice(("a%", "%n", "A__", "%", "%o%", "ann", "B%", "", *_PARTS)))
        case "eq" | "neq":
            return (path, operator, random.choice((text(random), text(random), "")))
    return (path, operator, text(random)[: random.choice((1, 2, 200))])


def _ordered_condition(random: Random, path: str, values: tuple[Any, ...]) -> Condition:
    operator = random.choice(("eq", "neq", "gt", "gte", "lt", "lte", "in", "is"))
    match operator:
        case "is":
            return (path, operator, random.choice(("NULL", "NOT_NULL")))
        case "in":
            return (path, operator, list(random.sample(values, 2)))
    return (path, operator, random.choice(values))


def order(random: Random) -> list[tuple[str, str]]:
    """Up to three criteria on deals."""
    paths = ("title", "amount", "stage", "due", "hot", "who.firstName", "position", "createdAt", "firm.name", "id")
    return [(path, random.choice(DIRECTIONS)) for path in random.sample(paths, random.choice((0, 1, 1, 1, 2, 3)))]


def composite_query(random: Random) -> tuple[Condition, list[tuple[str, str]]]:
    """A condition and an order that an index of several fields may answer (``sample_model.with_composites``)."""
    direction = random.choice(DIRECTIONS[::3] if random.random() < 0.8 else DIRECTIONS)
    stage: Condition = random.choice((("stage", "eq", "NEW"), ("stage", "is", "NULL")))
    title: Condition = ("title", "eq", text(random))
    return random.choice(
        (
            (stage, [("amount", direction)]),
            (stage, [("due", direction), ("title", direction)]),
            (("and", [stage, ("amount", "eq", random.choice(_NUMBERS))]), []),
            (None, [("stage", direction), ("amount", direction)]),
            (None, [("amount", direction), ("title", direction)]),
            (("and", [title, ("hot", "eq", True)]), []),
            (title, [("hot", direction)]),
        )
    )
