"""Rules for the files of the repository."""

from __future__ import annotations

import json
import re
import stat

import pytest

from tests.support.checkout import ROOT, tracked_files

_LOCKS = ("runtime", "dev", "sam", "checkov")
_BINARY = {".png", ".ico", ".woff2", ".gz", ".xz"}

# Put together here so that this file does not contain what it looks for.
_MACHINE_PATHS = re.compile("|".join(f"(?<![\\w.])/{name}/" for name in ("work", "farm", "root", "home", "Users")))
_REGISTRY_HOSTS = ("py" + "pi", "np" + "mjs", "registry", "artifactory", "nexus", "mirror")
_REGISTRIES = re.compile(rf"https?://[^\s\"')]*(?:{'|'.join(_REGISTRY_HOSTS)})")


def _texts() -> dict[str, str]:
    return {
        str(path): (ROOT / path).read_text(encoding="utf-8") for path in tracked_files() if path.suffix not in _BINARY
    }


@pytest.mark.parametrize("pattern", [_MACHINE_PATHS, _REGISTRIES], ids=["machine path", "registry"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    matches = [
        f"{name}:{number}: {match.group()}"
        for name, text in _texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line))
    ]

    assert matches == []


@pytest.mark.parametrize("name", _LOCKS)
def test_requirements_are_locked_with_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=\S)", text.strip())

    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    assert "://" not in text
    assert "--index" not in text and "--find-links" not in text


def test_what_runs_is_what_is_tested() -> None:
    """Every version of the layer is the version of the development environment."""

    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^(\S+==[^\s;]+)", text, re.MULTILINE))

    assert pins("runtime") <= pins("dev")


def test_the_layer_leaves_out_what_lambda_brings() -> None:
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")

    assert not re.search(r"^(boto3|botocore|urllib3)==", text, re.MULTILINE)


def test_npm_packages_are_locked_without_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = package["optionalDependencies"] | package["devDependencies"]

    locked = {name.removeprefix("node_modules/"): body for name, body in lock["packages"].items() if name}
    assert {name: locked[name]["version"] for name in wanted} == wanted
    assert not any("resolved" in body for body in locked.values())
    assert all("integrity" in body for body in locked.values() if not body.get("optional"))
    assert "integrity" in locked["@dynoxide/linux-x64"]


def test_scripts_are_executable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


def test_one_python() -> None:
    version = (ROOT / ".python-version").read_text(encoding="utf-8").strip()

    assert version == "3.13"
    assert f'requires-python = "=={version}.*"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"Runtime: python{version}" in (ROOT / "template.yaml").read_text(encoding="utf-8")
