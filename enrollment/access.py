"""Who may see which session, file, material and score sheet; the secrets in calendars, codes and links."""

import re
from datetime import datetime, timedelta

from allauth.core import ratelimit
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from courses.access import (
    keeps_every_material,
    materials_kept_by,
    roles_as_tutor,
    sessions_taught_by,
)
from courses.models import Cohort, Material, Role, Session
from enrollment.diary import sessions_of
from enrollment.models import Application, ApplicationFile, Enrollment, Evaluation, Interest, Nomination
from enrollment.states import JUDGED

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # what is easily misread is missing: I, L, O, U
MISREAD = str.maketrans("OIL", "011")
CODE = re.compile(f"([0-9]{{1,18}})([{LETTERS}]{{8}})")
JOIN_OPENS = timedelta(minutes=15)  # before the session begins
TOKEN = re.compile(r"([0-9]{1,18})-([0-9a-f]{64})")


def runs_the_office(user) -> bool:
    """Staff who may see any session."""
    return user.is_staff and user.has_perm("courses.view_session")


def sessions_open_to(user):
    """The sessions `user` may look at: those of one's own diary, and for the office all."""
    return Session.objects.all() if runs_the_office(user) else sessions_of(user)


def editions_open_to(user):
    """The editions whose materials `user` may look at: followed, taught or tutored, for the office all."""
    if keeps_every_material(user):
        return Cohort.objects.all()
    followed = Enrollment.objects.live().filter(user=user).values("cohort")
    taught, tutored = sessions_taught_by(user).values("cohort"), roles_as_tutor(user).values("cohort")
    return Cohort.objects.filter(Q(pk__in=followed) | Q(pk__in=taught) | Q(pk__in=tutored))


def materials_open_to(user, at: datetime):
    """The materials `user` may read: those participants see, of the editions followed or tutored and the
    modules taught; for the office of all. Whoever left has none.
    """
    followed = Enrollment.objects.live().filter(user=user).values("cohort")
    own = Q(cohort__in=followed) | Q(pk__in=materials_kept_by(user).values("pk"))
    return Material.objects.published(at).filter(own | Q(cohort__in=roles_as_tutor(user).values("cohort")))


def runs_admission(user) -> bool:
    """Staff who may see any application that was sent, and every score sheet once it is signed."""
    return user.is_staff and user.has_perm("enrollment.view_application")


def editions_judged_by(user):
    """The editions on whose committee `user` sits."""
    return Cohort.objects.filter(roles__user=user, roles__kind=Role.Kind.COMMITTEE)


def applications_judged_by(user):
    """What the committees `user` sits on have before them, or have had; never the own application."""
    return Application.objects.filter(cohort__in=editions_judged_by(user), state__in=JUDGED).exclude(
        user=user
    )


def files_open_to(user):
    """One's own files; to the committee those it judges, of admissible applications, until the ranking; to
    the office all it received, but for the editions on whose committee who asks sits.
    """
    judging = applications_judged_by(user).filter(state=Application.State.ELIGIBLE)
    open_to = Q(application__user=user) | Q(application__in=judging, document__judged=True)
    if runs_admission(user):
        open_to |= Q(application__submitted_at__isnull=False) & ~Q(
            application__cohort__in=editions_judged_by(user)
        )
    return ApplicationFile.objects.filter(open_to)


def score_sheets_open_to(user):
    """The score sheets `user` may look at, and with them every sum, average and order made of them.

    Whoever sits on a committee sees there what `Evaluation.objects.open_to` shows, also from the office;
    the office sees whatever is signed. Anybody else sees none.
    """
    seen = Q(pk__in=Evaluation.objects.open_to(user))
    if runs_admission(user):
        seen |= Q(
            pk__in=Evaluation.objects.signed().exclude(application__cohort__in=editions_judged_by(user))
        )
    return Evaluation.objects.filter(seen)


def is_blind_in(cohort, user) -> bool:
    """Whether totals and order of `cohort` would tell `user`, a member of its committee, what a colleague
    gave before having given one's own points.
    """
    judged = {"application__cohort": cohort, "application__state": Application.State.ELIGIBLE}
    hidden = Evaluation.objects.signed().filter(**judged).exclude(pk__in=Evaluation.objects.open_to(user))
    return editions_judged_by(user).filter(pk=cohort.pk).exists() and hidden.exists()


def may_join(session, at: datetime) -> bool:
    """Whether the door to the call of `session`, or of its entry in a diary, stands open.

    From 15 minutes before the beginning to the end, for whoever may see the session.
    """
    return not session.cancelled and session.starts_at - JOIN_OPENS <= at < session.ends_at


def calendar_token(user) -> str:
    """The secret part of the address of `user`'s calendar.

    An HMAC of the person and the version of the address, so nothing secret is stored; a new version
    makes every older token worthless.
    """
    facts = f"{user.pk}.{user.calendar_version}"
    return f"{user.pk}-{salted_hmac('enrollment.calendar', facts, algorithm='sha256').hexdigest()}"


def person_of_token(token: str) -> int | None:
    """The person a token speaks of; whether it is genuine is to be compared with `calendar_token`."""
    found = TOKEN.fullmatch(token)
    return int(found[1]) if found else None


def calendar_address(user) -> str:
    """The whole address of `user`'s calendar, for programs that subscribe."""
    return f"{settings.SITE_URL}/calendar/{calendar_token(user)}.ics"


def nomination_code(nomination: Nomination) -> str:
    """What the people an employer nominates apply with, such as 12-7KQF-M2XW.

    The key of the row and 40 bits of an HMAC of it and its version, so nothing secret is stored; a
    new version makes every older code worthless.
    """
    facts = f"{nomination.pk}.{nomination.code_version}"
    digest = salted_hmac("enrollment.nomination", facts, algorithm="sha256").digest()
    bits = int.from_bytes(digest[:5], "big")
    seal = "".join(LETTERS[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{nomination.pk}-{seal[:4]}-{seal[4:]}"


def nomination_of_code(code: str, draft: Application) -> Nomination | None:
    """The nomination `code` opens to `draft`, however it was typed: small, with or without dashes.

    None alike where the code is wrong or withdrawn, is for another edition, or has no place left.
    Whoever asks limits how often: see `too_many_guesses`.
    """
    typed = CODE.fullmatch(re.sub(r"[\s\-–—.]", "", code).upper().translate(MISREAD))
    if not typed:
        return None
    nomination = Nomination.objects.filter(pk=typed[1], cohort=draft.cohort_id).first()
    genuine = nomination_code(nomination or Nomination(pk=int(typed[1]))).replace("-", "")
    if not constant_time_compare(genuine, typed[0]) or nomination is None:
        return None
    taken = nomination.applications.live().exclude(pk=draft.pk).count()
    return nomination if taken < nomination.places else None


def too_many_guesses(request: HttpRequest) -> bool:
    """Count one code tried by the signed-in person; True when the answer is 429.

    Not to be asked of a code that is the draft's own already, which every saving sends again.
    """
    return not ratelimit.consume(request, action="nomination_code")


def interest_token(interest: Interest, purpose: str) -> str:
    """The secret part of a link in a mail to an address: to "confirm" it or to "leave" the list."""
    facts = f"{interest.pk}.{interest.email}"
    seal = salted_hmac(f"enrollment.interest.{purpose}", facts, algorithm="sha256").hexdigest()
    return f"{interest.pk}-{seal}"


def interest_of_token(token: str, purpose: str) -> Interest | None:
    """The address a link was sent to, while it is on the list."""
    found = TOKEN.fullmatch(token)
    interest = found and Interest.objects.filter(pk=found[1]).first()
    genuine = interest and constant_time_compare(interest_token(interest, purpose), token)
    return interest if genuine else None
