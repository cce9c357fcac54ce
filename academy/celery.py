"""The Celery app and the clock: every periodic task, one line each.

Interval schedules only: a crontab in Rome leaves 75 minutes without a run when the clocks go back,
and a run that a dead beat missed is skipped in silence. So nothing relies on *when* a task runs:
each asks the database what is due and not yet done.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")

MINUTE = 60.0  # seconds
DAY = 24 * 60 * MINUTE

app = Celery("academy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # A sweep that waited longer than a minute is dropped: the next one does its work.
    "sweep": {"task": "academy.tasks.sweep", "schedule": MINUTE, "options": {"expires": MINUTE}},
    "forget expired sessions": {"task": "academy.tasks.forget_expired_sessions", "schedule": DAY},
}
