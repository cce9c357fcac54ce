"""Who may record, see and publish scores, and who keeps which register."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q

from assessments.models import (
    AbsenceNotice,
    CertificatePaper,
    Deposit,
    ModuleTest,
    ProjectWork,
    QuestionnaireKind,
    RectificationRequest,
    RegisterState,
    Survey,
)
from courses.access import (
    editions_tutored_by,
    roles_as_tutor,
    sessions_taught_by,
    sessions_tutored_by,
)
from courses.models import Cohort, Instructor, Role, Session
from enrollment.models import Enrollment, TeamPlace


def instructor_of(user) -> Instructor | None:
    """The instructor this account belongs to."""
    return getattr(user, "instructor", None)


def records_every_test(user) -> bool:
    """Staff of the office with the right to change scores."""
    return user.is_staff and user.has_perm("assessments.change_score")


def tests_open_to(user):
    """The tests whose scores `user` may record and publish.

    An instructor's are those of the modules taught in that edition, the office's are all of them.
    Nobody else has any business here: PermissionDenied, whichever test they asked for.
    """
    if records_every_test(user):
        return ModuleTest.objects.all()
    if instructor := instructor_of(user):
        return ModuleTest.objects.of(instructor)
    raise PermissionDenied


def keeps_every_register(user) -> bool:
    """Staff of the office with the right to change registers."""
    return user.is_staff and user.has_perm("assessments.change_register")


def registers_kept_by(user):
    """The sessions whose register `user` may keep: those taught, those one is tutor of, for the office
    all; cancelled ones apart.

    Nobody else has any business here: PermissionDenied, whichever session they asked for.
    """
    if keeps_every_register(user):
        return Session.objects.live()
    if instructor_of(user) is None and not roles_as_tutor(user).exists():
        raise PermissionDenied
    taught = Q(pk__in=sessions_taught_by(user).values("pk"))
    return Session.objects.live().filter(taught | sessions_tutored_by(user))


def may_close_register(user, session: Session) -> bool:
    """The tutor of the edition and the office; an instructor signs, and does not close."""
    return keeps_every_register(user) or editions_tutored_by(user).filter(pk=session.cohort_id).exists()


def may_lock_registers(user) -> bool:
    """Staff of the office with the right to lock registers, and to rectify them afterwards."""
    return user.is_staff and user.has_perm("assessments.lock_register")


def absences_open_to(user):
    """The notices of absence `user` may read: one’s own, of editions one is tutor of, for the office all."""
    if user.is_staff and user.has_perm("assessments.view_absencenotice"):
        return AbsenceNotice.objects.all()
    return AbsenceNotice.objects.filter(Q(enrollment__user=user) | Q(cohort__in=editions_tutored_by(user)))


def absences_answered_by(user):
    """The notices of absence `user` may answer: of editions one is tutor of, for the office all."""
    if user.is_staff and user.has_perm("assessments.change_absencenotice"):
        return AbsenceNotice.objects.all()
    return AbsenceNotice.objects.filter(cohort__in=editions_tutored_by(user))


def requests_answered_by(user):
    """The requests for a rectification `user` may answer: of editions one is tutor of, for the office all.

    What a locked register says is the office’s alone to change.
    """
    if user.is_staff and user.has_perm("assessments.change_rectificationrequest"):
        return RectificationRequest.objects.all()
    locked = Q(session__register__state=RegisterState.LOCKED)
    return RectificationRequest.objects.filter(~locked, cohort__in=editions_tutored_by(user))


def may_export_registers(user) -> bool:
    """Staff of the office with the right to see registers: tables for funders, hours for payment."""
    return user.is_staff and user.has_perm("assessments.view_register")


def places_open_to(user):
    """The enrollments whose way to the certificate `user` may see: one’s own, those of editions watched."""
    if may_export_registers(user):
        return Enrollment.objects.all()
    return Enrollment.objects.filter(Q(user=user) | Q(cohort__in=editions_tutored_by(user)))


def may_issue_certificates(user) -> bool:
    """Staff of the office with the right to issue certificates."""
    return user.is_staff and user.has_perm("assessments.issue_certificate")


def papers_open_to(user):
    """The papers of certificates `user` may download: one’s own, for the office all."""
    if user.is_staff and user.has_perm("assessments.view_certificate"):
        return CertificatePaper.objects.all()
    return CertificatePaper.objects.filter(certificate__enrollment__user=user)


def editions_watched_by(user):
    """The editions whose attendance `user` may see: those one is tutor of, for the office all.

    Nobody else has any business here: PermissionDenied, whichever edition they asked for.
    """
    if may_export_registers(user):
        return Cohort.objects.all()
    tutored = editions_tutored_by(user)
    if not tutored.exists():
        raise PermissionDenied
    return tutored


PROJECT_ROLES = (Role.Kind.MENTOR, Role.Kind.PANEL)


def team_places_of(user, day):
    """The places `user` has in teams: as things are on `day`, or were at the end of the edition."""
    still = Q(ends_on=None) | Q(ends_on__gte=day) | Q(ends_on__gte=F("team__cohort__ends_on"))
    return TeamPlace.objects.filter(still, enrollment__user=user, starts_on__lte=day)


def projects_done_by(user, day):
    """The projects of one's own teams; who has left a team no longer reads what it does."""
    return ProjectWork.objects.filter(team__in=team_places_of(user, day).values("team"))


def projects_accompanied_by(user):
    """As a mentor."""
    return ProjectWork.objects.filter(mentorings__role__user=user)


def projects_judged_by(user):
    """From a seat on their panel."""
    return ProjectWork.objects.filter(panel__role__user=user)


def oversees_projects(user) -> bool:
    """Staff of the office with the right to see projects."""
    return user.is_staff and user.has_perm("assessments.view_projectwork")


def projects_followed_by(user):
    """Those one accompanies or judges, for the office all; of whoever does neither, none."""
    if oversees_projects(user):
        return ProjectWork.objects.all()
    theirs = projects_accompanied_by(user).values("pk"), projects_judged_by(user).values("pk")
    return ProjectWork.objects.filter(Q(pk__in=theirs[0]) | Q(pk__in=theirs[1]))


def deposits_open_to(user, day):
    """Of one's own team, of projects one accompanies or judges, for the office all."""
    done, followed = projects_done_by(user, day), projects_followed_by(user)
    return Deposit.objects.filter(
        Q(milestone__project__in=done.values("pk")) | Q(milestone__project__in=followed.values("pk"))
    )


def surveys_read_by(user):
    """The questionnaires of editions whose results `user` may see once they are closed: of the editions
    watched all, of the modules taught what was said of them.
    """
    if oversees_surveys(user):
        return Survey.objects.all()
    taught = sessions_taught_by(user).filter(cohort=OuterRef("cohort"), module=OuterRef("module"))
    about = Q(Exists(taught), kind=QuestionnaireKind.SATISFACTION)
    return Survey.objects.filter(about | Q(cohort__in=editions_tutored_by(user)))


def oversees_surveys(user) -> bool:
    """Staff of the office with the right to see questionnaires: they read remarks, too."""
    return user.is_staff and user.has_perm("assessments.view_survey")


def editions_with_teams_formed_by(user):
    """The editions whose teams `user` may have formed: for staff of the office with the right to change
    teams all, for everybody else none.
    """
    if user.is_staff and user.has_perm("enrollment.change_teamplace"):
        return Cohort.objects.all()
    return Cohort.objects.none()
