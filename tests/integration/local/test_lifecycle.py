"""Starting, stopping, starting again."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from .conftest import APP, ENVIRONMENT, REPOSITORY, RunningStack, start_stack
from .test_services import eventually, put, written


def run(module: str, data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, "--root", str(APP), "--data", str(data), *options]
    return subprocess.run(
        command, cwd=REPOSITORY, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )


def finish(stack: RunningStack) -> str:
    """Stop a stack that must end well; what else it wrote on standard output."""
    assert stack.stop() == 0
    assert stack.process.stdout
    with stack.process.stdout as output:
        return output.read()


@pytest.mark.slow
def test_data_outlives_the_stack(tmp_path: Path) -> None:
    first = start_stack(tmp_path)
    token = first.token
    assert stat.S_IMODE((tmp_path / "api-key").stat().st_mode) == 0o600
    assert first.get("/echo/x").status_code == 200
    put(first, "watched#before", "1")
    eventually(lambda: written(first, "seen"))
    secret = first.invoke("KeysFunction", {"action": "secret"})
    assert finish(first) == ""

    second = start_stack(tmp_path, "--rate", "2")
    assert second.token == token
    answers = [second.get("/echo/x")]
    while answers[-1].status_code == 200:  # A slow machine earns a call between two of its calls.
        answers.append(second.get("/echo/x"))
    assert len(answers) > 2
    throttled = answers[-1]
    assert (throttled.status_code, throttled.json()) == (429, {"said": "Too Many Requests"})
    assert 1 <= int(throttled.headers["retry-after"]) <= 30
    assert second.invoke("KeysFunction", {"action": "secret"}) == secret
    put(second, "watched#after", "1")
    seen = eventually(lambda: len(written(second, "seen")) > 1 and written(second, "seen"))
    assert [record["dynamodb"]["Keys"]["PK"]["S"] for record in seen] == ["watched#before", "watched#after"]
    finish(second)


@pytest.mark.slow
def test_a_stack_without_its_stream(tmp_path: Path) -> None:
    """Nothing is told of changes; the next stack with the stream is told of all of them."""
    without = start_stack(tmp_path, "--stream", "off")
    put(without, "watched#first", "1")
    put(without, "watched#second", "1")
    assert without.get("/echo/x").status_code == 200
    time.sleep(1)  # five looks at the stream
    assert written(without, "seen") == []
    finish(without)

    followed = start_stack(tmp_path)
    seen = eventually(lambda: len(written(followed, "seen")) > 1 and written(followed, "seen"))
    assert [record["dynamodb"]["Keys"]["PK"]["S"] for record in seen] == ["watched#first", "watched#second"]
    finish(followed)


@pytest.mark.slow
def test_workspaces(tmp_path: Path) -> None:
    alone = run("local.workspace", tmp_path, "--name", "Alone")
    assert alone.returncode == 0, alone.stderr
    stack = start_stack(tmp_path, "--rate", "off")
    beside = run("local.workspace", tmp_path, "--name", "Beside")
    assert beside.returncode == 0, beside.stderr
    for made in (alone, beside):
        assert stack.get("/echo/x", made.stdout.strip()).status_code == 200
    again = run("local", tmp_path, "--port", "0")
    assert (again.returncode, again.stdout) == (1, "")
    assert "is running" in again.stderr
    finish(stack)
    unnamed = run("local.workspace", tmp_path, "--name", " ")
    assert (unnamed.returncode, unnamed.stderr) == (1, "error: a workspace needs a name\n")


def test_dynoxide_is_replaced_when_it_dies_and_goes_with_the_stack(tmp_path: Path) -> None:
    stack = start_stack(tmp_path)

    def dynoxide() -> int | None:
        """The process that has the database open."""
        listing = subprocess.run(
            ["pgrep", "-f", str(tmp_path / "dynamodb.db")], capture_output=True, text=True, check=False
        )
        return int(listing.stdout.split()[0]) if listing.stdout else None

    first = dynoxide()
    assert first
    os.kill(first, signal.SIGKILL)
    eventually(lambda: dynoxide() not in {None, first})
    eventually(lambda: run("local.workspace", tmp_path, "--name", "After").returncode == 0)
    stack.process.kill()
    stack.process.wait()
    assert stack.process.stdout
    stack.process.stdout.close()
    if sys.platform == "linux":
        eventually(lambda: dynoxide() is None)


def test_a_signal_while_starting(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "--root", str(APP), "--data", str(tmp_path), "--port", "0"]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=ENVIRONMENT, stdout=subprocess.PIPE)
    eventually((tmp_path / "dynamodb.db").exists)
    process.terminate()
    assert process.wait(120) == 0
    assert process.stdout
    process.stdout.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rate", "fast"), "the rate is off or a whole number"),
        (("--rate", "0"), "the rate is off or a whole number"),
        (("--parameter", "Colour=red"), "no parameter Colour"),
        (("--port", "TAKEN"), "cannot be used"),
    ],
)
def test_what_cannot_start(tmp_path: Path, stack: RunningStack, options: tuple[str, str], message: str) -> None:
    port = str(httpx.URL(stack.url).port)
    ended = run("local", tmp_path, *(option.replace("TAKEN", port) for option in options))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
