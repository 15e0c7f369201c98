"""The console script `declastroom`: every command of the contract, and nothing of what they do."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException

from desk import options
from desk.commands.batch import batch
from desk.commands.ceiling import ceiling
from desk.commands.ceilings import ceilings
from desk.commands.clock import clock
from desk.commands.costs import costs
from desk.commands.demo import demo
from desk.commands.explain import explain
from desk.commands.generate import generate
from desk.commands.kafka import release, status, topics, worker
from desk.commands.listings import batches, rejections, signals
from desk.commands.process import check, process
from desk.commands.register import register
from desk.commands.replay import replay
from desk.commands.report import report
from desk.commands.tariffs import tariffs
from desk.commands.what_if import what_if
from desk.screen import print_json, say
from schemas.numbers import without_bsn

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(register, name="register")
app.add_typer(batch, name="batch")
app.add_typer(ceiling, name="ceiling")
app.add_typer(tariffs, name="tariffs")
app.add_typer(what_if, name="what-if")
app.add_typer(topics, name="topics")
app.add_typer(costs, name="costs")
app.add_typer(report, name="report")
for command in (
    demo,
    process,
    check,
    rejections,
    signals,
    batches,
    explain,
    replay,
    generate,
    clock,
    ceilings,
    worker,
    status,
    release,
):
    app.command()(command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"declastroom {version('declastroom')}")
        raise typer.Exit


@app.callback()
def _about(
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Declastroom: from care declarations (323) to answers (325), notices and payment batches."""


def main() -> None:
    """Run the command line. What was done stays done when nobody can be told of it; then it ends with 3."""
    if sys.stdout is None:
        say("standard output is closed, nothing was done")
        sys.exit(options.UNAVAILABLE)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that does not know every letter
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is there a place for the rest
        say(f"standard output cannot be written: {error.strerror}; what the command did is not undone")
        sys.exit(options.UNAVAILABLE)


def _run() -> None:
    """Arguments that cannot be used are told without citizen numbers, with `--json` in a document too."""
    as_json = "--json" in sys.argv
    try:
        if "" in sys.argv[1:]:  # an unset variable of a script, and to a path the same as this folder
            raise typer.BadParameter("an argument is empty")
        status = app(standalone_mode=False)
    except TyperException as unusable:
        unusable.message = without_bsn(unusable.message)
        if as_json:
            print_json({"errors": [unusable.format_message()]})
            say(unusable.format_message())
        else:
            unusable.show()  # type: ignore[attr-defined]  # every one that a command line raises has it
        sys.exit(unusable.exit_code)
    except typer.Abort:
        sys.exit(options.WRONG_INPUT)
    sys.exit(status if isinstance(status, int) else 0)
