"""`redress import` and `redress drive`: real records go in, simulated staff work cases."""

from pathlib import Path

import click

from engine import db
from web.commands import ready, scratch
from web.commands.output import json_option, print_json, progress, remark
from workflows import importing

_SHOWN_FAULTS = 50


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", type=click.Choice(sorted(importing.PROFILES)), required=True, help="Which columns it has.")
@click.option("--limit", type=click.IntRange(1), help="Stop after that many complaints.")
@json_option
def import_command(file: Path, profile: str, limit: int | None, as_json: bool) -> None:
    """Take in the complaints of FILE. A row which cannot be one is reported; the rest goes in, no row twice."""
    rows = sum(1 for _ in importing.read(file, profile))
    ready.prepare()
    with progress(file.name) as advance:
        report = importing.bring_in(
            db.transaction,
            file,
            profile,
            actor="system",
            limit=limit,
            on_progress=lambda now: advance(now.imported + now.known + len(now.faults), min(rows, limit or rows)),
        )
    faults = [
        {"line": fault.line, "column": fault.column, "message": fault.message_en, "message_zh": fault.message_zh}
        for fault in report.faults
    ]
    if as_json:
        print_json({"imported": report.imported, "known": report.known, "faults": faults})
        return
    for fault in faults[:_SHOWN_FAULTS]:
        column = f", column {fault['column']}" if fault["column"] else ""
        remark(f"{file.name}, line {fault['line']}{column}: {fault['message']}")
    if len(faults) > _SHOWN_FAULTS:
        remark(f"... and {len(faults) - _SHOWN_FAULTS} more (all of them with --json)")
    click.echo(f"{report.imported} imported, {report.known} were there already, {len(faults)} faults")


@click.command("drive")
@click.option("--cases", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed gives the same counts, on the same day."
)
@click.option("--here", is_flag=True, help="Work in the configured database; default: one made for this run.")
@json_option
def drive_command(cases: int, seed: int, here: bool, as_json: bool) -> None:
    """Let simulated staff of all departments work CASES on a virtual clock until every one is closed."""
    from workflows import simulation

    with scratch.database(wanted=not here), progress("cases") as advance:
        ready.prepare(people=True, upgrade=not here)
        result = simulation.drive(db.transaction, cases, seed, advance)
    if as_json:
        print_json(result)
        return
    for key, value in result.items():
        click.echo(f"{key:16} {value}")
