"""The portal without its row locks: what the bench serves to see that seats are then sold twice."""

from django.db.models import QuerySet

from academy.wsgi import application

__all__ = ["application"]

QuerySet.select_for_update = lambda rows, **_: rows
