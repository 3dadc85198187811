"""How commands talk: JSON alone on stdout, progress and remarks on stderr, wrong input as one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

ENGLISH = "message_en"
CONSOLE = Console(stderr=True, highlight=False)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout and nothing else there.")
Advance = Callable[[int, int], None]


def print_json(value: object) -> None:
    """A value as indented JSON on stdout."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def shown(text: str) -> str:
    """A text from outside as a terminal may show it: what is not printable (or no Unicode at all) is escaped."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def remark(text: str) -> None:
    """A line for the person at the terminal (stderr)."""
    click.echo(text, err=True)


def parse_context(text: str) -> dict[str, Any]:
    """The context a person typed: a JSON object, or `@file` which holds one. Raises click.BadParameter."""
    try:
        value = orjson.loads(Path(text[1:]).read_bytes() if text.startswith("@") else text)
    except OSError as error:
        raise click.BadParameter(f"{text[1:]}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    if not isinstance(value, dict):
        raise click.BadParameter('a context is a JSON object: {"name": value}')
    return value


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on stderr; the block gets `advance(done, total)`. Where stderr is no terminal nothing is drawn."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=CONSOLE,
        transient=True,
        disable=not CONSOLE.is_terminal,
    )
    with bar:
        line = bar.add_task(title, total=total)
        yield lambda done, most: bar.update(line, completed=done, total=most)
