"""One version in every place."""

from __future__ import annotations

import tomllib

from icosa.version import VERSION
from tests.support.checkout import ROOT


def test_the_project_has_the_version_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
