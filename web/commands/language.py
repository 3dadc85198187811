"""`redress feel`, `dmn`, `dmn-tck`: the language of expressions and decisions, tried from the command line."""

from pathlib import Path

import click

from engine import dmn, feel
from engine.dmn import tck
from web.commands.judging import beside
from web.commands.output import json_option, parse_context, print_json, progress, remark

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_context = click.option("--context", "context", default="{}", metavar="JSON", help="A JSON object, or @FILE with one.")


@click.command("feel")
@click.argument("expression")
@_context
@click.option("--unary", metavar="JSON", help="Read EXPRESSION as unary tests (a cell of a table) on this input.")
@json_option
def feel_command(expression: str, context: str, unary: str | None, as_json: bool) -> None:
    """Evaluate a FEEL EXPRESSION and print its value; why something became null is said on stderr."""
    facts = {name: feel.from_python(value, name) for name, value in parse_context(context).items()}
    notes: list[feel.Diagnostic] = []
    value: feel.Value
    if unary is None:
        value = feel.compile_expression(expression, names=facts).evaluate(facts, diagnostics=notes)
    else:
        asked = feel.from_python(parse_context(f'{{"input": {unary}}}')["input"], "input")
        value = feel.compile_unary_tests(expression, names=facts).evaluate(asked, facts, diagnostics=notes)
    if as_json:
        print_json({"value": feel.to_plain(value), "type": feel.type_name(value), "notes": [note.en for note in notes]})
        return
    click.echo(feel.to_text(value, nested=True))
    for note in notes:
        remark(f"note: {note.en}")


@click.command("dmn")
@click.argument("file", type=_FILE)
@click.option("--decision", metavar="ID", help="Id or name; may be left out where the file has one decision.")
@_context
@click.option("--trace", is_flag=True, help="Print which rules matched on which inputs as well.")
def dmn_command(file: Path, decision: str | None, context: str, trace: bool) -> None:
    """Evaluate a decision of a DMN FILE and print its result as JSON. Imported files are looked for beside it."""
    decisions = dmn.load(file.read_bytes(), imports=beside(file))
    for problem in decisions.problems:
        remark(f"{problem.element}: {problem.message_en}")
    result = decisions.evaluate(decision or _only(decisions), parse_context(context))
    notes = [note.plain() for note in result.diagnostics]
    print_json({"result": result.plain(), "trace": result.trace_plain(), "notes": notes} if trace else result.plain())
    if not trace:
        for note in result.diagnostics:
            remark(f"{note.element}: {note.message_en}")
    if result.failed:
        raise click.exceptions.Exit(1)


def _only(decisions: dmn.Decisions) -> str:
    ids = [each.id for each in decisions.decisions]
    if len(ids) != 1:
        raise click.UsageError(f"say which decision with --decision: {', '.join(ids) or 'the file has none'}")
    return ids[0]


@click.command("dmn-tck")
@click.argument("folder", type=_FOLDER)
@json_option
@click.option("--strict", is_flag=True, help="Exit code 1 unless all pass.")
def dmn_tck_command(folder: Path, as_json: bool, strict: bool) -> None:
    """Run the cases of the DMN test kit below FOLDER as they are."""
    with progress("DMN TCK") as advance:
        done = 0

        def count(_: tck.Case) -> None:
            nonlocal done
            done += 1
            advance(done, done)

        report = tck.run(folder, count)
    if as_json:
        print_json(report.to_json())
    else:
        click.echo(report.to_text())
    if strict and report.failures:
        raise click.exceptions.Exit(1)
