"""What the Core GraphQL function does not load: every import is paid for at each cold start
(docs/performance.md#targets).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LAYER = Path(__file__).parents[4] / "layers" / "core" / "python"


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(_LAYER)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_only_the_parser_is_loaded() -> None:
    loaded = set(_run("import sys, icosa.api.graphql.service; print(*sys.modules)").split())

    assert "graphql.language.parser" in loaded
    assert not loaded & {
        "graphql.type",
        "graphql.execution",
        "graphql.validation",
        "ariadne",
        "fastapi",
        "boto3",
        "pynamodb",
    }


def test_the_rest_can_be_loaded_later() -> None:
    code = """
from icosa.api.graphql.language import FieldNode, parse
import graphql
assert graphql.FieldNode is FieldNode and graphql.language.parse is parse
print(graphql.graphql_sync(graphql.build_schema("type Query { a: Int }"), "{ a }", {"a": 1}).data)
"""

    assert _run(code).strip() == "{'a': 1}"


def test_what_was_loaded_before_is_used() -> None:
    code = "import graphql; from icosa.api.graphql.language import FieldNode; print(graphql.FieldNode is FieldNode)"

    assert _run(code).strip() == "True"
