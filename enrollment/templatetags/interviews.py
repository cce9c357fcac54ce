"""Interviews in templates."""

from datetime import datetime

from django import template

from enrollment.models import Application, InterviewSlot

register = template.Library()


@register.simple_tag
def interview_of(application: Application, at: datetime) -> dict[str, object]:
    """`slot`: the interview chosen, or None; `invited`: one can be chosen now."""
    slot = getattr(application, "interview", None)
    invited = (
        slot is None
        and application.state == Application.State.ELIGIBLE
        and InterviewSlot.objects.choosable(at).filter(call__cohort=application.cohort_id).exists()
    )
    return {"slot": slot, "invited": invited, "exchangeable": bool(slot and slot.may_be_exchanged(at))}
