"""The command line of the benchmarks."""

from __future__ import annotations

import pytest

from bench.__main__ import read_arguments
from bench.operations import OPERATIONS
from bench.side_by_side import QUESTIONS, operations


@pytest.mark.parametrize(
    "arguments", ["--load 0 run --people 1000", "run --load 0 --people 1000", "--people 1000 --load 0"]
)
def test_options_may_stand_before_the_command_or_instead_of_it(arguments: str) -> None:
    options = read_arguments(arguments.split())
    assert (options.load, options.people) == (0, 1000)
    assert options.command is read_arguments(["run"]).command


@pytest.mark.parametrize("arguments", ["--rounds 3 cold", "--people 1000 growth", "nothing", "run seed"])
def test_options_of_other_commands_are_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(arguments.split())
    assert "usage: python -m bench" in capsys.readouterr().err


def test_what_both_sides_are_asked_is_there() -> None:
    """Questions to Directus name those of this package."""
    assert set(operations(1_000, OPERATIONS)) == {question.icosa for question in QUESTIONS}
