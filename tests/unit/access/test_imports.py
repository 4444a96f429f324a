"""What the hot functions must not load: every import is paid for at each cold start (design §8)."""

import subprocess
import sys
from pathlib import Path

import pytest

_LAYER = Path(__file__).parents[3] / "layers" / "core" / "python"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("icosa.access.session", {"boto3", "botocore", "pynamodb", "jwt", "cryptography", "fastapi"}),
        ("icosa.access.token", {"boto3", "botocore", "pynamodb", "pydynox", "fastapi"}),
        ("icosa.access.secret", {"boto3", "botocore", "pydynox", "fastapi"}),
        ("icosa.catalog.loader", {"boto3", "botocore", "pynamodb", "fastapi"}),
        # The GraphQL API is imported with its first request.
        (
            "icosa.api.metadata.service",
            {"boto3", "botocore", "pynamodb", "jwt", "fastapi", "starlette", "ariadne", "graphql"},
        ),
        ("icosa.api.metadata.graphql.api", {"boto3", "botocore", "pynamodb", "jwt", "fastapi"}),
    ],
)
def test_not_loaded(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(_LAYER)}, check=True, capture_output=True, text=True
    )
    assert not unwanted & set(loaded.stdout.split())
