"""What is imported ahead of the first request, and when (tests/integration/functions/test_first_requests.py: whether
it is enough).
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

_HANDLERS = sorted((ROOT / "functions").glob("*/handler.py"))
_LIBRARIES = ("boto3", "phonenumbers.data.region_GB", "encodings.idna", "ada_url")


@pytest.mark.parametrize("handler", _HANDLERS, ids=lambda path: path.parent.name)
def test_every_function_ends_with_it(handler: Path) -> None:
    last = ast.parse(handler.read_text(encoding="utf-8")).body[-1]
    assert ast.unparse(last).startswith("prime(")


@pytest.mark.parametrize(
    ("initialization", "imported"),
    [("snap-start", list(_LIBRARIES)), ("on-demand", []), ("provisioned-concurrency", []), (None, [])],
)
def test_only_snapshots_have_everything(initialization: str | None, imported: list[str]) -> None:
    code = (
        "import sys, icosa.aws, icosa.model.phone_number, icosa.model.web_link\n"
        "from icosa.runtime.prime import prime\n"
        "opened = []\n"
        "prime(lambda: opened.append('client'))\n"
        f"print([name for name in {_LIBRARIES} if name in sys.modules], opened)"
    )
    environment = {} if initialization is None else {"AWS_LAMBDA_INITIALIZATION_TYPE": initialization}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "layers/core/python"), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{imported} {['client'] if imported else []}"
