"""What a program of this folder prints: its figures as JSON, and an exit code which says whether all was right."""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import structlog


def quiet() -> None:
    """Only errors are logged: standard output is for the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def timed(run: Callable[..., dict[str, Any]], **options: Any) -> dict[str, Any]:
    """The figures of a run with its seconds and the load of the machine before it; one which broke off is not right."""
    before, began = os.getloadavg()[0], time.monotonic()
    try:
        figures = run(**options)
    except Exception as error:  # the others shall still run
        figures = {"ok": False, "broke_off": f"{type(error).__name__}: {str(error)[:300]}"}
    return {**figures, "seconds": round(time.monotonic() - began, 1), "load_before": round(before, 1)}


def main(run: Callable[..., dict[str, Any]]) -> None:
    """Run with `KEY=NUMBER` options of the command line; exit code 1 where not everything was right."""
    quiet()
    options = {key: int(value) for key, _, value in (each.partition("=") for each in sys.argv[1:])}
    figures = timed(run, **options)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    sys.exit(not figures["ok"])
