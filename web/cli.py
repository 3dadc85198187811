"""`redress`: the command line. Commands load when they are called, so that `redress --help` answers at once."""

import sys
from importlib import import_module
from subprocess import SubprocessError

import click
from sqlalchemy.exc import DBAPIError

from engine.errors import EngineError, Invalid
from web.commands.output import ENGLISH

_UNDEFINED_TABLE = "42P01"

COMMANDS: dict[str, tuple[str, str]] = {  # name -> (module, help); the order is the one people need them in
    "up": ("running", "Start everything on this machine, with demo data."),
    "serve": ("running", "The web server alone."),
    "worker": ("running", "A worker: timers, letters, webhooks, sweeping."),
    "beat": ("running", "The clock which wakes the workers."),
    "migrate": ("running", "Bring the database to the schema of this version."),
    "backup": ("upkeep", "Write database, keys and uploaded files to one file."),
    "restore": ("upkeep", "Put a backup into an empty database."),
    "person": ("staff", "Create a person, or give one a new password."),
    "check": ("bundles", "Say what is wrong with diagrams, decisions and forms."),
    "publish": ("bundles", "Publish a bundle: a folder of diagrams, decisions and forms."),
    "import": ("records", "Take in complaint records from a CSV or JSON file."),
    "drive": ("records", "Let simulated staff work cases until all are closed."),
    "plant": ("demo", "Fill the demo up with half a year of worked cases."),
    "feel": ("language", "Evaluate a FEEL expression."),
    "dmn": ("language", "Evaluate a decision of a DMN file."),
    "dmn-tck": ("language", "Run cases of the DMN test kit."),
    "bench": ("measures", "Measure how fast it is."),
    "requirements": ("measures", "Which requirements have a test."),
}


class Lazy(click.Group):
    """A group which imports the module of a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None where there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"web.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="redress")
def cli() -> None:
    """Redress: complaints handled by processes which your own people draw.

    投诉按企业自己绘制的流程处理。
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command. What went wrong is one line on stderr, never a traceback; the exit code is 1 (2: wrong usage)."""
    try:
        code = cli.main(args=arguments, prog_name="redress", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Invalid as error:
        _say(str(error))
        for problem in error.problems:
            if problem.get(ENGLISH) != str(error):
                _say(f"  {problem.get('path') or 'the file'}: {problem.get(ENGLISH, '')}")
        sys.exit(1)
    except EngineError as error:
        _say(str(error))
        sys.exit(1)
    except (DBAPIError, SubprocessError) as error:
        _say(_of_the_database(error))
        sys.exit(1)
    except BrokenPipeError:  # `redress ... | head`
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _of_the_database(error: DBAPIError | SubprocessError) -> str:
    if isinstance(error, SubprocessError):
        return f"the embedded database does not start: {str(error)[:200]} (its log is under var/postgres)"
    first = str(error.orig).strip().partition("\n")[0]
    if getattr(error.orig, "sqlstate", None) == _UNDEFINED_TABLE:
        return f"the database has not the schema of this version: run `redress migrate` ({first})"
    return f"the database: {first}"


def _say(line: str) -> None:
    click.echo(f"redress: {line}", err=True)


if __name__ == "__main__":
    main()
