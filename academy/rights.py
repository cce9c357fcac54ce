"""What the office may do. Whoever works there is `is_staff` and belongs to this group."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

GROUP = "Office"
MAY = {
    "courses": {
        "programme": "view add change delete",
        "block": "view add change delete",
        "module": "view add change delete",
        "organisation": "view add change delete",
        "hub": "view add change delete",
        "room": "view add change delete",
        "closure": "view add change delete",
        "instructor": "view add change delete",
        "cohort": "view add change delete",
        "session": "view change",
        "sessionplace": "view",
        "sessionteacher": "view add change delete",
        "role": "view add change delete",
        "material": "view add change",
        "timetabledraft": "view add change",
        "timetablerelease": "view",
        "planrun": "view change",
        "override": "view",
        "availability": "view add change delete",
        "appointment": "view",
        "substitution": "view",
    },
    "enrollment": {
        "call": "view add change delete",
        "criterion": "view add change delete",
        "requireddocument": "view add change delete",
        "application": "view change identify",
        "interviewslot": "view add change delete",
        "ranking": "view add",
        "offer": "view change",
        "enrollment": "view change",
        "agreement": "view add",
        "consent": "view",
        "nomination": "view add change delete",
        "interest": "view delete",
        "team": "view add change delete",
        "teamplace": "view add change delete",
    },
    "assessments": {
        "moduletest": "view add change delete",
        "score": "view change",
        "scoreentry": "view",
        "register": "view change lock",
        "presenceinterval": "view",
        "rectification": "view",
        "attendancerule": "view add change delete",
        "certificaterule": "view add change delete",
        "certificate": "view issue",
        "absencenotice": "view change",
        "rectificationrequest": "view change",
        "projectwork": "view add change delete",
        "milestone": "view add change delete",
        "mentoring": "view add change delete",
        "panelseat": "view add change delete",
        "rubric": "view add change delete",
        "rubriccriterion": "view add change delete",
        "rubriclevel": "view add change delete",
        "projectoutcome": "view",
        "outcomeentry": "view",
        "questionnaire": "view add change delete",
        "question": "view add change delete",
        "survey": "view",
    },
    "academy": {
        "user": "view add change",
        "notice": "view change",
    },
}


@transaction.atomic
def set_up_office() -> Group:
    """The group "Office" with exactly these rights; to be run after every upgrade."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    granted = Q()
    for app, models in MAY.items():
        for model, verbs in models.items():
            names = [f"{verb}_{model}" for verb in verbs.split()]
            granted |= Q(content_type__app_label=app, content_type__model=model, codename__in=names)
    group.permissions.set(Permission.objects.filter(granted))
    return group
