"""`redress check` and `redress publish`: what process owners draw, judged and put to work from files."""

from pathlib import Path

import click

import workflows
from engine import bundles, db, definitions, garbage
from engine.findings import Finding
from web.commands import ready
from web.commands.judging import judge
from web.commands.output import json_option, print_json, remark, shown
from workflows import people, seeds

_PATH = click.Path(exists=True, path_type=Path)
_SHOWN = 50


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--dry-run", is_flag=True, help="Play the processes, too: opens every path with a virtual clock.")
@json_option
def check_command(files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Say what is wrong with FILES: diagrams, decisions, forms, or whole bundles (folders). Exit code 1 if refused.

    A file which lies in a bundle is judged with its neighbours. No database is needed.
    """
    workflows.install()
    garbage.settle()
    reports = [_report(path, dry_run) for path in files]
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _print(report)
    if not all(report["accepted"] for report in reports):
        raise click.exceptions.Exit(1)


def _report(path: Path, dry_run: bool) -> dict[str, object]:
    findings = judge(path, dry_run=dry_run)
    return {
        "file": shown(str(path)),
        "accepted": all(finding.severity != "error" for finding in findings),
        "findings": [{**finding.as_json(), "message": finding.message_en} for finding in findings],
    }


def _print(report: dict[str, object]) -> None:
    findings = report["findings"]
    assert isinstance(findings, list)  # noqa: S101 (made above)
    click.echo(f"{report['file']}: {'accepted' if report['accepted'] else 'refused'}")
    for finding in findings[:_SHOWN]:
        where = " ".join(part for part in (finding["file"], finding["element"]) if part) or "the file"
        hint = f" ({finding['hint_en'][:200]})" if finding["hint_en"] else ""
        line = f"{finding['severity']} {finding['code']} at {where[:200]}: {finding['message'][:500]}{hint}"
        click.echo(f"  {shown(line)}")
    if len(findings) > _SHOWN:
        click.echo(f"  ... and {len(findings) - _SHOWN} more (all of them with --json)")


@click.command("publish")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--author", default="system", show_default=True, help="Login of who publishes it.")
@click.option("--approver", help="Login of the second person who approved it.")
@click.option("--note", default="", help="What changed, for the list of versions.")
@json_option
def publish_command(folder: Path, author: str, approver: str | None, note: str, as_json: bool) -> None:
    """Publish a bundle FOLDER as the next version of its process; the same content again is the same version."""
    workflows.install()
    files = bundles.load_folder(folder)
    ready.schema()
    with db.transaction() as session:
        seeds.plant(session)

        def person(login: str) -> str:
            found = people.by_login(session, login)
            if found is None and login != "system":
                raise click.BadParameter(f"nobody has the login {login}")
            return str(found.id) if found else login

        made = definitions.publish_files(
            session,
            bundles.manifest(files).key,
            files,
            author=person(author),
            approver=person(approver) if approver else None,
            note=note,
        )
        answer = {"key": made.key, "version": made.version, "id": str(made.id), "sha256": made.sha256}
        warnings = [Finding(**row) for row in made.lint]
    if as_json:
        print_json(answer)
        return
    click.echo(f"{made.key} version {made.version}")
    for finding in warnings:
        remark(f"  {finding.severity} {finding.code} at {finding.element or 'the file'}: {finding.message_en}")
