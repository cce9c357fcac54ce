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
# What waited longer than a minute is dropped: the next one does its work.
EACH_MINUTE = {"schedule": MINUTE, "options": {"expires": MINUTE}}

app = Celery("academy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sweep": {"task": "academy.tasks.sweep", **EACH_MINUTE},
    "offers": {"task": "enrollment.tasks.let_offers_lapse", **EACH_MINUTE},
    "documents": {"task": "enrollment.tasks.exclude_incomplete", **EACH_MINUTE},
    "places": {"task": "enrollment.tasks.settle_places", **EACH_MINUTE},
    "planner": {"task": "courses.tasks.plan", **EACH_MINUTE},
    "papers": {"task": "assessments.tasks.make_papers", **EACH_MINUTE},
    "teams": {"task": "assessments.tasks.form_teams", **EACH_MINUTE},
    "badges": {"task": "assessments.tasks.sign_badges", **EACH_MINUTE},
    "questionnaires": {"task": "assessments.tasks.put_questionnaires", **EACH_MINUTE},
    "forget addresses": {"task": "enrollment.tasks.forget_addresses", "schedule": DAY},
    "forget forms sent": {"task": "courses.tasks.forget_sent_forms", "schedule": DAY},
    "forget expired sessions": {"task": "academy.tasks.forget_expired_sessions", "schedule": DAY},
}
