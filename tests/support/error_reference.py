"""docs/errors.md, generated from the code: ``make docs`` writes it, and a test compares it.

Error classes are all subclasses of ``IcosaError``, wherever they are. A class with a text of its own is shown with
that text; the texts of the others are collected from the calls that create them.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icosa
from icosa.errors import IcosaError

from .checkout import ROOT, template_document

PAGE = ROOT / "docs" / "errors.md"

_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

#: What a client can do about a status.
_ADVICE = {
    400: "The request is wrong and stays wrong: change it. The message names the part that is meant.",
    401: "The token cannot be used any more: get another one.",
    403: "The caller may not do this: a key with another role can, or an administrator changes the role. For errors "
    "about the token itself, send a valid one.",
    404: "Nothing that the caller may see is there. Check the address and the id; a record in the trash is not there "
    "either.",
    405: "Use one of the methods that the header `Allow` names.",
    406: "Send `Accept-Encoding: gzip`.",
    409: "For limits and for ids that are taken: delete something, or choose another id. Otherwise other requests "
    "changed the same things at the same time: send the request again, after a pause.",
    412: "The record is not as the request demands, and was left as it is: read it again, and decide anew.",
    413: "Send less at once: fewer records, or shorter values.",
    415: "Send `Content-Type: application/json`.",
    422: "Choose another `Idempotency-Key` for another request.",
    500: "A fault of Icosa. The log has the cause under the request id, which the header `x-amzn-requestid` tells.",
    503: "Send the request again after the seconds in `Retry-After`, and wait longer each time.",
}

_HEAD = """# Errors

Generated from the code by `make docs`; a test fails when this page is out of date.

Every error has one class in the code, a status, and a text that clients may match on: texts and codes are Twenty's
where Twenty has the error.

**Over REST** an error is the body of a response with its status. `code` is there when the class has one:

```json
{ "statusCode": 404, "error": "NotFoundException", "messages": ["Record not found"], "code": "RECORD_NOT_FOUND" }
```

Errors about records that are written also tell [all that is wrong with all of them](wire/rest.md#problems-of-records),
in `errors` and `extensions.problems`, each with a `code` of its own.

The Metadata REST API adds `message` to errors of the input's form, with `"error": "Bad Request"` and every wrong
member in `messages`, and a report to errors about a change of the data model (`errors`, `summary`,
`userFriendlyMessage`).

**Over GraphQL** it is an element of `errors`, and the status is 200 unless the HTTP request itself cannot be run.
What REST calls `code` is `subCode`; errors of the token, which have no `code`, carry REST's `error` there:

```json
{
  "message": "Record not found",
  "extensions": {
    "subCode": "RECORD_NOT_FOUND",
    "userFriendlyMessage": "This record does not exist or has been deleted.",
    "code": "NOT_FOUND"
  },
  "path": ["person"]
}
```

**Whether to send the request again**, by status:

| Status | Again? |
|---|---|
| 400 to 406, 413, 415, 422 | No: the same request is refused again. Each section says what to change |
| 409 | Yes, after a pause, where others changed the same things. No where the text names a limit |
| 412 | Read the record again, and decide anew |
| 429 | Yes, after the seconds in `Retry-After` |
| 500 | Once, with an `Idempotency-Key`; then tell the operator the request's id |
| 503, or no answer | Yes, after the seconds in `Retry-After`, and longer each time |

A write that is sent again with [the same `Idempotency-Key`](how-to/write-safely.md) is done once.

In the tables below `{name}` stands for a value, and "various" for texts of [their own](#texts).
"""

_GATEWAY = """## Errors of the gateway

API Gateway refuses some calls before any function runs. Its bodies serve both kinds of client: `statusCode`,
`messages` and `error` beside `errors`. They are written in `template.yaml`.

"""

_TEXTS = """## Texts

The texts of the errors above whose text varies, with the code that goes with a text; `…` stands for a value.

"""


@dataclass(frozen=True, slots=True)
class Text:
    """A message and the code that the same call names, if any."""

    message: str
    code: str | None


class _Sample:
    """Any argument of an error: it prints as its name in braces, and so does what is taken from it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return _Formatted(f"{{{name}}}")

    def __str__(self) -> str:
        return f"{{{self._name}}}"

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 1


class _Formatted(str):
    """A text that is not formatted again."""

    __slots__ = ()

    def format(self, *_args: object, **_values: object) -> str:
        return str(self)


def error_classes() -> list[type[IcosaError]]:
    """Every error class of the product, in the order of the page."""
    for module in pkgutil.walk_packages(icosa.__path__, "icosa."):
        importlib.import_module(module.name)
    return sorted(_subclasses(IcosaError), key=lambda error: (error.status, error.__name__))


def _subclasses(error: type[IcosaError]) -> set[type[IcosaError]]:
    return {error}.union(*(_subclasses(sub) for sub in error.__subclasses__() if sub.__module__.startswith("icosa.")))


def _parameters(error: type[IcosaError]) -> list[inspect.Parameter]:
    return list(inspect.signature(error).parameters.values())


def _has_own_text(error: type[IcosaError]) -> bool:
    return not any(p.name == "message" and p.default is p.empty for p in _parameters(error))


def _example(error: type[IcosaError]) -> IcosaError:
    """An instance whose text shows where its values go."""
    required = [p for p in _parameters(error) if p.default is p.empty]
    positional = [_argument(p) for p in required if p.kind is not p.KEYWORD_ONLY]
    named = {p.name: _argument(p) for p in required if p.kind is p.KEYWORD_ONLY}
    return error(*positional, **named)


def _argument(parameter: inspect.Parameter) -> Any:
    annotation = str(parameter.annotation)
    if re.fullmatch(r"(list|tuple|Sequence|Iterable)\[str(, \.\.\.)?\]", annotation):
        return (f"{{{parameter.name}}}",)
    return f"{{{parameter.name}}}" if annotation == "str" else _Sample(parameter.name)


def _meaning(error: type[IcosaError]) -> str:
    """The first paragraph of the class's own docstring, without references."""
    paragraph = inspect.cleandoc(error.__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
    text = re.sub(r" ?\((see )?(docs|spec)/[^)]*\)", "", paragraph)
    return "" if re.match(r"(docs|spec)/", text) else text


def _texts() -> dict[str, list[Text]]:
    """By class name: the texts of calls that create errors."""
    texts: dict[str, set[Text]] = {error.__name__: set() for error in error_classes()}
    for path in [*Path(icosa.__path__[0]).rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in texts and (text := _text_of(node)) is not None:
                    texts[name].add(text)
    return {name: sorted(group, key=lambda text: (text.message, text.code or "")) for name, group in texts.items()}


def _text_of(call: ast.Call) -> Text | None:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "message")]
    message = next((text for argument in arguments if (text := _literal(argument)) is not None), None)
    if message is None:
        return None
    code = next((_literal(keyword.value) for keyword in call.keywords if keyword.arg == "sub_code"), None)
    return Text(message, code)


def _literal(node: ast.expr) -> str | None:
    """A text of the source with its values as ellipses; None for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case _:
            return None


# ---------------------------------------------------------------------- the page


def page() -> str:
    """The text of docs/errors.md."""
    classes = error_classes()
    parts = [_HEAD]
    for status in sorted({error.status for error in classes}):
        parts.append(f"## {status} {_REASONS[status]}\n\n{_ADVICE[status]}\n")
        parts.append(
            _table(
                ("Class", "REST `error`", "`code`, `subCode`", "GraphQL `code`", "Text", "When"),
                [_row(error) for error in classes if error.status == status],
            )
        )
    parts.append(_GATEWAY + _table(("Response", "Status", "`error`", "GraphQL `code`", "Text"), _gateway_rows()))
    parts.append(_TEXTS.rstrip("\n") + "\n")
    texts = _texts()
    for error in classes:
        if not _has_own_text(error) and texts[error.__name__]:
            rows = [(f"`{text.message}`", f"`{text.code}`" if text.code else "") for text in texts[error.__name__]]
            parts.append(f"### {error.__name__}\n\n" + _table(("Text", "Code"), rows))
    return "\n".join(parts)


def _row(error: type[IcosaError]) -> tuple[str, ...]:
    example = _example(error)
    text = f"`{example.message}`" if _has_own_text(error) else "various"
    return (
        f"`{error.__name__}`",
        f"`{error.rest_error}`",
        f"`{example.sub_code}`" if example.sub_code else "",
        f"`{error.graphql_code}`",
        text,
        _meaning(error),
    )


def _gateway_rows() -> list[tuple[str, ...]]:
    responses = template_document()["Resources"]["Api"]["Properties"]["GatewayResponses"]
    rows: list[tuple[str, ...]] = []
    for name, response in responses.items():
        body = response["ResponseTemplates"]["application/json"]
        text = body["Fn::Sub"] if isinstance(body, dict) else body
        members = [re.search(rf'"{key}":\[?"([^"]*)"', text) for key in ("error", "messages", "code")]
        error, message, code = (match.group(1) if match else "" for match in members)
        rows.append((f"`{name}`", str(response["StatusCode"]), f"`{error}`", f"`{code}`", f"`{message}`"))
    return rows


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(error_classes())} classes", file=sys.stderr)
