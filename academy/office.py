"""The office: its name, and its pages by what one does there."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

# What is not named here, such as the keys of people's accounts, comes last, by app.
SECTIONS = {
    "editions": (
        _("Editions"),
        [
            "Cohort",
            "Session",
            "Material",
            "TimetableDraft",
            "PlanRun",
            "TimetableRelease",
            "Override",
            "Substitution",
            "Closure",
        ],
    ),
    "admission": (
        _("Admission"),
        [
            "Call",
            "Role",
            "Application",
            "InterviewSlot",
            "Ranking",
            "Offer",
            "Enrollment",
            "Nomination",
            "Interest",
        ],
    ),
    "consents": (_("Agreements and consents"), ["Agreement", "Consent"]),
    "registers": (
        _("Registers and attendance"),
        [
            "Register",
            "RectificationRequest",
            "AbsenceNotice",
            "Rectification",
            "PresenceInterval",
            "AttendanceRule",
        ],
    ),
    "tests": (_("Tests and scores"), ["ModuleTest", "Score", "ScoreEntry"]),
    "projects": (
        _("Teams and projects"),
        ["Team", "ProjectWork", "Rubric", "RubricCriterion", "ProjectOutcome", "OutcomeEntry"],
    ),
    "questionnaires": (_("Questionnaires"), ["Questionnaire", "Survey"]),
    "certificates": (_("Certificates"), ["Certificate", "CertificateRule"]),
    "offer": (
        _("Programme, places, instructors"),
        [
            "Programme",
            "Block",
            "Module",
            "Organisation",
            "Hub",
            "Room",
            "Instructor",
            "Availability",
            "Appointment",
        ],
    ),
    "people": (_("People and post"), ["User", "Notice"]),
}


DAILY = {
    "Cohort": "",
    "Session": "?week=coming",
    "Call": "",
    "Application": "",
    "Enrollment": "",
    "Score": "",
    "User": "",
    "Notice": "",
}


class OfficeSite(admin.AdminSite):
    """Django admin, ordered by the office's work."""

    site_title = _("SMTC Academy office")
    site_header = _("SMTC Academy office")
    index_title = _("Office")
    enable_nav_sidebar = False  # lists need the width; the pages of every day are in the header

    def __init__(self, name="admin"):
        super().__init__(name)
        self.disable_action("delete_selected")  # records are not deleted by the handful

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """One door: the admin's own sign-in goes through allauth, with its limits and second factors."""
        return secure_admin_login(super().login)(request, extra_context)

    def each_context(self, request):
        context = super().each_context(request)
        pages = {
            page["object_name"]: page for section in context["available_apps"] for page in section["models"]
        }
        daily = [
            (page["admin_url"] + part, page["name"], request.path.startswith(page["admin_url"]))
            for name, part in DAILY.items()
            if (page := pages.get(name))
        ]
        return context | {"daily": daily}

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        sections = [
            {
                "app_label": label,
                "name": name,
                "app_url": f"{reverse('admin:index')}#{label}",
                "has_module_perms": True,
                "models": [models.pop(name) for name in names if name in models],
            }
            for label, (name, names) in SECTIONS.items()
        ]
        rest = [
            app | {"models": [model for model in app["models"] if model["object_name"] in models]}
            for app in apps
        ]
        return [section for section in sections + rest if section["models"]]
