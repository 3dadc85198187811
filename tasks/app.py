"""The Celery application: `celery -A tasks.app worker`, `celery -A tasks.app beat`.

No result backend: what a job did stands in the database. The schedule holds knocks only; a knock nobody hears in time
expires, because the next one says the same.
"""

from celery import Celery
from celery.schedules import crontab

import workflows
from tasks import files, logs, poll
from tasks.settings import Settings, settings


def _transport(given: Settings) -> dict[str, object]:
    """Celery's settings for the broker in use."""
    if given.broker_url is not None:
        return {"broker_url": given.broker_url}
    messages, control = given.broker_folder / "messages", given.broker_folder / "control"
    files.register()
    return {
        "broker_url": files.URL,
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "polling_interval": 0.5,
        },
    }


def _every(job: str, seconds: float) -> dict[str, object]:
    return {"task": job, "schedule": seconds, "options": {"expires": max(seconds, 5)}}


def make_app(given: Settings) -> Celery:
    """The application for some settings."""
    app = Celery("redress", include=["tasks.timers", "tasks.outbox", "tasks.housekeeping"])
    app.conf.update(
        _transport(given),
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue="redress",
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_max_memory_per_child=600_000,  # kB
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_proc_alive_timeout=30,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        enable_utc=True,
        timezone="UTC",
        beat_scheduler="celery.beat:Scheduler",  # the schedule is this dict: no state file
        beat_schedule={
            "timers": _every("tasks.timers.fire_due", given.wake_seconds),
            "promises": _every("tasks.outbox.deliver_inside", given.wake_seconds),
            "mail": _every("tasks.outbox.deliver_mail", given.wake_seconds),
            "webhooks": _every("tasks.outbox.deliver_webhooks", given.wake_seconds),
            "incidents": _every("tasks.timers.retry_due", max(given.wake_seconds, 10)),
            "tallies": _every("tasks.housekeeping.fold_tallies", max(given.wake_seconds, 30)),
            "housekeeping": {
                "task": "tasks.housekeeping.sweep",
                "schedule": crontab(minute="17"),
                "options": {"expires": 3600},
            },
        },
    )
    return app


workflows.install()
app = make_app(settings())
logs.attach()
poll.attach()
