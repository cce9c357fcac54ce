"""Who keeps the materials of a module, and who is tutor of an edition, or of one hub in it."""

from django.db.models import F, Q

from courses.models import Cohort, Material, Role, Session, SessionPlace


def keeps_every_material(user) -> bool:
    """Staff of the office with the right to change materials."""
    return user.is_staff and user.has_perm("courses.change_material")


def sessions_taught_by(user):
    """What `user` teaches, cancelled sessions apart."""
    return Session.objects.live().filter(teachers__instructor__user=user)


def roles_as_tutor(user):
    """Where `user` is tutor, of an edition or of one hub in it."""
    return Role.objects.filter(user=user, kind=Role.Kind.TUTOR)


def editions_tutored_by(user):
    """The editions `user` is tutor of, as a whole: who looks after a hub closes and answers nothing."""
    return Cohort.objects.filter(roles__user=user, roles__kind=Role.Kind.TUTOR, roles__hub=None)


def sessions_tutored_by(user) -> Q:
    """Which sessions `user` is tutor of: of whole editions, or held in the hub looked after in them."""
    whole = roles_as_tutor(user).filter(hub=None)
    there = SessionPlace.objects.filter(
        room__hub__roles__user=user,
        room__hub__roles__kind=Role.Kind.TUTOR,
        room__hub__roles__cohort=F("session__cohort"),
    )
    return Q(cohort__in=whole.values("cohort")) | Q(pk__in=there.values("session"))


def tutors_of(cohort, hubs) -> list[Role]:
    """Who is tutor of an edition, and of these `hubs` in it, by name; those of the whole edition first."""
    tutors = cohort.roles.filter(Q(hub=None) | Q(hub__in=hubs), kind=Role.Kind.TUTOR)
    return list(tutors.select_related("user", "hub").order_by(F("hub").asc(nulls_first=True), "user__name"))


def may_keep_materials(user, cohort, module) -> bool:
    """Whether `user` may add materials of `module` in `cohort`: who teaches it there, and the office."""
    if keeps_every_material(user):
        return module.block.programme_id == cohort.programme_id
    return sessions_taught_by(user).filter(cohort=cohort, module=module).exists()


def materials_kept_by(user):
    """The materials `user` may change, of whatever state: of the modules taught, for the office all."""
    if keeps_every_material(user):
        return Material.objects.all()
    instructor = getattr(user, "instructor", None)
    return Material.objects.of(instructor) if instructor else Material.objects.none()
