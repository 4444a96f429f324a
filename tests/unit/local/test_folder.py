from __future__ import annotations

import stat
from pathlib import Path

import pytest

from local.folder import DataFolder, FolderInUse


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_stack_at_a_time(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "data"), DataFolder(tmp_path / "data")
    first.create()
    assert second.running() is None
    first.lock()
    first.announce(endpoint="http://x", dynamodb="http://y", access_key="k")
    assert second.running() == ("http://x", "k")
    with pytest.raises(FolderInUse):
        second.lock()


def test_private_files(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    assert {mode(path) for path in (folder.path, folder.logs, folder.pycache)} == {0o700}
    folder.pycache.chmod(0o755)
    folder.path.chmod(0o755)
    folder.create()
    assert {mode(path) for path in (folder.path, folder.logs, folder.pycache)} == {0o700}
    folder.write_private(folder.api_key, "one")
    folder.write_private(folder.api_key, "two")
    assert (folder.api_key.read_text(), mode(folder.api_key)) == ("two", 0o600)


def test_large_logs_are_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.folder._LOG_LIMIT", 3)
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.log("a").write_text("1234")
    assert folder.log("a") == folder.logs / "a.log"
    assert (folder.logs / "a.log.1").read_text() == "1234"
    folder.log("a").write_text("12")
    assert folder.log("a").exists()
