"""Imports ahead of the first request, where environments start from a snapshot.

Elsewhere an environment imports what its requests need, when they need it: every import is part of a cold start. With
SnapStart a function's modules are imported once, at deployment, and what the snapshot lacks is imported by a user's
request, in every environment that is restored from it. So everything is imported before the snapshot is taken. Nothing
else may happen here: ids, times and secrets of a snapshot would be the same in all its environments, and old.
"""

from __future__ import annotations

import ast
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

_PACKAGE = __package__.partition(".")[0]
#: A line that a module must have to import anything inside a function. Most have none, and need no parsing.
_INDENTED_IMPORT = re.compile(r"^[ \t]+(?:from|import)\s", re.MULTILINE)
#: What a library imports when it is first used: modules, or the package of all of them.
_DEFERRED_BY_LIBRARIES = {
    "idna": ("idna.uts46data", "encodings.punycode"),
    "phonenumbers": ("phonenumbers.data",),
    "pydantic": ("pydantic._internal",),
    "socket": ("encodings.idna",),
}


def prime(*open_clients: Callable[[], object]) -> None:
    """If a snapshot follows, import what the function's modules import inside functions, and make clients.

    For the end of a handler module. ``open_clients`` must not send anything.
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    import_deferred()
    for open_client in open_clients:
        open_client()


def import_deferred() -> None:
    """Import what the loaded modules of this package import inside functions, and what those modules do."""
    done: set[str] = set()
    while waiting := [name for name in sys.modules if name.partition(".")[0] == _PACKAGE and name not in done]:
        for name in waiting:
            done.add(name)
            for statement in _deferred_imports(sys.modules[name]):
                _run(statement, sys.modules[name])
    for library in _DEFERRED_BY_LIBRARIES.keys() & sys.modules.keys():
        for name in _DEFERRED_BY_LIBRARIES[library]:
            module = import_module(name)
            for submodule in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
                import_module(submodule.name)


def _deferred_imports(module: ModuleType) -> Iterator[ast.Import | ast.ImportFrom]:
    source = inspect.getsource(module)
    if _INDENTED_IMPORT.search(source) is None:
        return
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


def _run(statement: ast.Import | ast.ImportFrom, module: ModuleType) -> None:
    names = [alias.name for alias in statement.names]
    if isinstance(statement, ast.Import):
        for name in names:
            import_module(name)
    else:
        __import__(statement.module or "", vars(module), None, names, statement.level)
