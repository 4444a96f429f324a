"""A release that makes other documents has another build id."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from icosa.documents.openapi import build_id
from tests.support.checkout import ROOT


@pytest.mark.parametrize("module", ["documents/openapi/parameters.py", "model/operators.py"])
def test_it_follows_from_the_code(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "icosa"
    shutil.copytree(ROOT / "layers/core/python/icosa", package)
    original = build_id.build_id()
    monkeypatch.setattr(build_id, "_ROOT", package)
    monkeypatch.setattr(build_id, "build_id", build_id.build_id.__wrapped__)
    assert build_id.build_id() == original

    path = package / module
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")

    assert build_id.build_id() != original
