"""Refusals of a whole document: nothing of it is run, the answer has ``errors`` and no ``data``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from ...errors import BadRequest, TooMuchAsked

if TYPE_CHECKING:
    from .language import Node


class Unparsable(BadRequest):
    """Text that is no GraphQL document, or one beyond the limits of the parser."""

    graphql_code = "GRAPHQL_PARSE_FAILED"


class Invalid(BadRequest):
    """A document that does not fit the schema. ``nodes`` are the parts of it that don't."""

    graphql_code = "GRAPHQL_VALIDATION_FAILED"

    def __init__(self, message: str, *, node: Node | None = None) -> None:
        super().__init__(message)
        self.nodes = () if node is None else (node,)


class VariableMissing(BadRequest):
    """A variable of a non-null type without value: status 400, as errors of variables have
    (docs/wire/quirks.md#statuses-over-graphql).
    """

    def __init__(self, name: str, type_text: str, *, node: Node) -> None:
        super().__init__(f'Variable "${name}" of required type "{type_text}" was not provided.')
        self.nodes = (node,)


class UnknownRootField(BadRequest):
    """Root fields that the workspace does not have (docs/wire/graphql.md#documents); ``has_others``: and some that it
    has.
    """

    def __init__(
        self, names: Sequence[str], *, nodes: tuple[Node, ...] = (), has_others: bool = False, hint: str = ""
    ) -> None:
        self.names, self.nodes, self.has_others = names, nodes, has_others
        fields = "field" if len(names) == 1 else "fields"
        super().__init__(
            f"Unknown {fields} {', '.join(names)}. The corresponding object may have been deleted or renamed.{hint}",
            sub_code="UNKNOWN_ROOT_FIELD",
        )

    def with_hint(self, hint: str) -> Self:
        """The same error with advice at the end of its message."""
        error = type(self)(self.names, nodes=self.nodes, has_others=self.has_others, hint=hint)
        error.locations = self.locations
        return error


class TooManyFields(BadRequest):
    """More fields than an operation may select, those inside fragments counted at every use
    (docs/wire/graphql.md#limits-in-graphql).
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"Query too complex - Too many fields requested - Maximum allowed fields: {limit}")


class TooMuchIntrospection(BadRequest):
    """An introspection that leads through types of types without end (docs/wire/graphql.md#introspection)."""

    def __init__(self) -> None:
        super().__init__("Introspection is too complex. Select the types of fields by kind, name and ofType only")


class TooManyRootFields(BadRequest):
    """More root fields than one request may ask for (docs/wire/graphql.md#limits-in-graphql)."""

    def __init__(self, count: int, limit: int) -> None:
        super().__init__(
            f"Query too complex - Too many root resolvers requested: {count} - Maximum allowed root resolvers: {limit}"
        )


class TooDeep(BadRequest):
    """Relations inside relations beyond the limit (docs/wire/graphql.md#limits-in-graphql)."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Maximum depth of {limit} reached", sub_code="MAX_DEPTH_REACHED")


class AnswerHasTooManyValues(BadRequest):
    """An answer that could not be delivered, noticed while it is put together."""

    def __init__(self) -> None:
        super().__init__("The answer is too large. Ask for fewer records or fewer fields")


#: What refuses the whole document; other errors concern one root field.
REFUSALS = (
    Unparsable,
    Invalid,
    VariableMissing,
    UnknownRootField,
    TooMuchAsked,
    TooManyFields,
    TooManyRootFields,
    TooDeep,
)
