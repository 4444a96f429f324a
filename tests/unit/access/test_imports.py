"""What the hot functions must not load: every import is paid for at each cold start (docs/performance.md#targets)."""

import subprocess
import sys
from pathlib import Path

import pytest

_LAYER = Path(__file__).parents[3] / "layers" / "core" / "python"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("icosa.access.session", {"boto3", "botocore", "pynamodb", "jwt", "cryptography", "fastapi", "pydantic"}),
        ("icosa.access.token", {"boto3", "botocore", "pynamodb", "pydynox", "fastapi", "pydantic"}),
        ("icosa.access.secret", {"boto3", "botocore", "pydynox", "fastapi", "pydantic"}),
        ("icosa.catalog.loader", {"boto3", "botocore", "pynamodb", "fastapi", "pydantic"}),
        # The GraphQL API is imported with its first request.
        (
            "icosa.api.metadata.service",
            {"boto3", "botocore", "pynamodb", "jwt", "fastapi", "starlette", "ariadne", "graphql", "pydantic"},
        ),
        ("icosa.api.rest.service", {"boto3", "botocore", "pynamodb", "fastapi", "pydantic"}),
        ("icosa.api.graphql.service", {"boto3", "botocore", "pynamodb", "fastapi", "pydantic"}),
        # The document of the Metadata API is imported with its first request.
        ("icosa.api.documents", {"boto3", "botocore", "pynamodb", "fastapi", "pydantic"}),
        ("icosa.documents.builder", {"boto3", "botocore", "pynamodb", "fastapi", "pydantic"}),
        ("icosa.api.metadata.graphql.api", {"boto3", "botocore", "pynamodb", "jwt", "fastapi", "pydantic"}),
    ],
)
def test_not_loaded(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(_LAYER)}, check=True, capture_output=True, text=True
    )
    assert not unwanted & set(loaded.stdout.split())
