"""`redress bench` and `redress requirements`: what the software reaches, measured and counted."""

import sys
from importlib import import_module
from typing import Any

import click
from rich.table import Table

from engine import garbage
from engine.settings import ROOT
from web.commands import coverage
from web.commands.output import CONSOLE, json_option, print_json, remark

_FOLDER = ROOT / "tests" / "bench"


@click.command("bench")
@click.argument("name", required=False)
@click.argument("options", nargs=-1, metavar="[KEY=VALUE]...")
@json_option
def bench_command(name: str | None, options: tuple[str, ...], as_json: bool) -> None:
    """Measure NAME; without a name, list what can be measured. Needs a checkout (tests/bench)."""
    known = sorted(path.stem for path in _FOLDER.glob("*.py") if "\ndef run(" in path.read_text("utf-8"))
    if name is None:
        click.echo("\n".join(known))
        return
    if name not in known:
        raise click.UsageError(f"no bench is called {name}; there are: {', '.join(known) or 'none'}")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    run = import_module(f"tests.bench.{name}").run
    garbage.settle()
    try:
        result: dict[str, Any] = run(**dict(map(_option, options)))
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise click.UsageError(f"{name}: {error}") from error
    if as_json:
        print_json(result)
    else:
        _table(name, result)


def _option(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier():
        raise click.UsageError(f"an option of a bench is KEY=VALUE, not {text!r}")
    for kind in (int, float):
        try:
            return key, kind(value)
        except ValueError:
            continue
    return key, value


def _table(title: str, result: dict[str, Any]) -> None:
    table = Table("figure", "value", title=title)
    for key, value in _flat(result):
        table.add_row(key, value)
    CONSOLE.print(table)


def _flat(result: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in result.items():
        rows += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", str(value))]
    return rows


@click.command("requirements")
@json_option
def requirements_command(as_json: bool) -> None:
    """Which rows of docs/requirements.csv have a test that performs their check. Needs a checkout."""
    tests = coverage.covering()
    missing = [one for one, by in tests.items() if not by]
    if as_json:
        print_json({"total": len(tests), "covered": len(tests) - len(missing), "missing": missing})
        return
    for one, by in tests.items():
        click.echo(f"{one:10} {', '.join(by) or '-'}")
    remark(f"{len(tests) - len(missing)} of {len(tests)} are covered, {len(missing)} not yet")
