"""The Celery door: what happens without a person asking. Timers, promised side effects, sweeping.

A job is only a knock on the door. What is due stands in the database, so a lost, doubled or late job does no harm.
"""
