"""The Celery door: timers, outbox, mail, reports. Jobs only wake work that is a row already."""
