"""What a team hands in and what its mentors note. Locks: the project."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Deposit, MentorNote, Milestone, PanelJudgement, ProjectWork
from courses.files import Upload
from courses.refusals import Refusal

log = logging.getLogger(__name__)

MOST_DEPOSITS = 40  # of one milestone, all versions counted


@transaction.atomic
def hand_in(
    *,
    milestone: Milestone,
    upload: Upload | None = None,
    link: str = "",
    name: str = "",
    replaces: Deposit | None = None,
    by,
    at: datetime,
) -> Deposit:
    """A file, whose content has been judged, or a link called `name`; the same again is the one there is.

    After the deadline it is taken, too, and marked late; once an assessor has judged it is not. One that
    is replaced stays recorded. That `by` is in the team the database asks.
    """
    hold(milestone.project_id)
    if PanelJudgement.objects.given().filter(seat__project=milestone.project_id).exists():
        raise Refusal(_("The panel has judged the project: nothing more can be handed in."))
    deposits = Deposit.objects.filter(milestone=milestone)
    digest = hashlib.sha256(upload.content).hexdigest() if upload else ""
    same = deposits.current().filter(digest=digest, link=link)
    if present := same.first():
        return present
    if replaces and Deposit.objects.filter(replaces=replaces).exists():
        raise Refusal(_("Somebody of the team has replaced this one meanwhile. Reload the page."))
    if deposits.count() >= MOST_DEPOSITS:
        raise Refusal(_("A milestone takes at most %(most)d files and links.") % {"most": MOST_DEPOSITS})
    what = (
        {"name": upload.name, "content_type": upload.content_type, "content": upload.content}
        if upload
        else {"name": name or link[:120]}
    )
    deposit = Deposit.objects.create(
        milestone=milestone,
        replaces=replaces,
        number=replaces.number + 1 if replaces else 1,
        digest=digest,
        link=link,
        by=by,
        at=at,
        **what,
    )
    log.info("%s handed in %s for milestone %d", by, deposit.pk, milestone.pk)
    return deposit


@transaction.atomic
def write_note(*, project: ProjectWork, text: str, for_team: bool, by, at: datetime) -> MentorNote:
    """For the team to read, or for mentors and the office alone; it stays as it is."""
    hold(project.pk)
    note = MentorNote.objects.create(project=project, text=text.strip(), for_team=for_team, by=by, at=at)
    log.info("%s wrote a note on project %d", by, project.pk)
    return note


@transaction.atomic
def copy_milestones(*, projectwork: ProjectWork, by, at: datetime) -> int:
    """Give the edition's other projects these milestones, as far as they have none; how many got some."""
    milestones = list(hold(projectwork.pk).milestones.all())
    if not milestones:
        raise Refusal(_("This project has no milestones to copy."))
    others = ProjectWork.objects.filter(team__cohort=projectwork.team.cohort_id, milestones=None)
    others = others.exclude(pk=projectwork.pk)
    copies = [
        Milestone(
            project=other,
            title_it=one.title_it,
            title_en=one.title_en,
            due_at=one.due_at,
            instructions=one.instructions,
        )
        for other in others
        for one in milestones
    ]
    Milestone.objects.bulk_create(copies)
    return len(copies) // len(milestones)


def hold(project: int) -> ProjectWork:
    """The project, locked. Must run inside `atomic`."""
    projects = ProjectWork.objects.select_for_update(no_key=True, of=["self"])
    return projects.select_related("rubric", "team").get(pk=project)
