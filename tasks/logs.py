"""What the job processes say: JSON lines on standard error, as the web door writes them."""

import logging
import sys

import structlog
from celery.signals import worker_process_init


def attach() -> None:
    """Configure the log of every job process of this Celery worker."""
    worker_process_init.connect(_configure, weak=False)


def _configure(**_: object) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
