"""Who keeps the materials of a module, and who is tutor of an edition."""

from courses.models import Cohort, Material, Role, Session


def keeps_every_material(user) -> bool:
    """Staff of the office with the right to change materials."""
    return user.is_staff and user.has_perm("courses.change_material")


def sessions_taught_by(user):
    """What `user` teaches, cancelled sessions apart."""
    return Session.objects.live().filter(teachers__instructor__user=user)


def editions_tutored_by(user):
    """The editions `user` is tutor of."""
    return Cohort.objects.filter(roles__user=user, roles__kind=Role.Kind.TUTOR)


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
