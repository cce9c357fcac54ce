from django.urls import URLPattern, path

from assessments.views import (
    answers,
    attendance,
    badges,
    certificates,
    checkin,
    edition,
    eligibility,
    papers,
    projects,
    questionnaires,
    register,
    reports,
    results,
    score_files,
    scores,
    teaching,
    team,
    teams,
)

app_name = "assessments"

TEST = "teaching/tests/<int:pk>"
SESSION = "teaching/sessions/<int:pk>"
RETAKE = {"attempt": 2}
EDITION = "teaching/editions/<int:cohort>/scores"


def files_of_scores(address: str, name: str, attempt: int = 1) -> list[URLPattern]:
    """The pages that take scores over from a spreadsheet, for one attempt of a test or for an edition."""
    kept = {"attempt": attempt}
    return [
        path(f"{address}/", score_files.score_file, kept, name=name),
        path(f"{address}/confirm/", score_files.take_over, kept, name=f"{name}_confirm"),
        path(f"{address}/list.xlsx", score_files.empty_list, kept, name=f"{name}_list"),
        path(f"{address}/<int:batch>/undo/", score_files.undo, kept, name=f"{name}_undo"),
    ]


urlpatterns = [
    path("teaching/", teaching.teaching, name="teaching"),
    path(f"{TEST}/scores/", scores.scores, name="scores"),
    path(f"{TEST}/scores/publish/", scores.publish, name="publish_scores"),
    path(f"{TEST}/scores/reopen/", scores.reopen, name="reopen_scores"),
    path(f"{TEST}/retake/", scores.scores, RETAKE, name="retake_scores"),
    path(f"{TEST}/retake/publish/", scores.publish, RETAKE, name="publish_retake_scores"),
    path(f"{TEST}/retake/reopen/", scores.reopen, RETAKE, name="reopen_retake_scores"),
    *files_of_scores(f"{TEST}/scores/file", "score_file"),
    *files_of_scores(f"{TEST}/retake/file", "retake_score_file", attempt=2),
    *files_of_scores(EDITION, "edition_scores"),
    path(f"{SESSION}/register/", register.register, name="register"),
    path(f"{SESSION}/register/<int:person>/", register.right, name="put_right"),
    path("teaching/editions/<int:pk>/attendance/", edition.edition_attendance, name="edition_attendance"),
    path(
        "teaching/editions/<int:pk>/certificates/",
        eligibility.edition_eligibility,
        name="edition_eligibility",
    ),
    path("teaching/editions/<int:pk>/certificates/issue/", certificates.issue, name="issue"),
    path(
        "teaching/editions/<int:pk>/certificates/preview/<int:person>.pdf",
        certificates.preview,
        name="preview_certificate",
    ),
    path("teaching/editions/<int:pk>/teams/", teams.teams, name="teams"),
    path("teaching/editions/<int:pk>/teams/<int:plan>/take/", teams.take_teams, name="take_teams"),
    path("documents/", certificates.documents, name="documents"),
    path("documents/<int:pk>.pdf", certificates.paper, name="certificate_paper"),
    path("documents/transcript/<int:pk>.pdf", certificates.transcript, name="transcript"),
    path("documents/<int:pk>/badge.jwt", badges.own_badge, {"form": "jwt"}, name="badge_jwt"),
    path("documents/<int:pk>/badge.png", badges.own_badge, {"form": "png"}, name="badge_png"),
    path("documents/<int:pk>/badge.svg", badges.own_badge, {"form": "svg"}, name="badge_svg"),
    path("certificates/<str:code>/", certificates.check, name="check"),
    # For ever: badges name these addresses, without a last stroke.
    path("certificates/<str:code>/badge", badges.badge, name="badge"),
    path("badges/issuer", badges.badge_issuer, name="badge_issuer"),
    path("badges/revoked", badges.revoked_badges, name="revoked_badges"),
    path("badges/keys/<slug:name>", badges.badge_key, name="badge_key"),
    path("badges/<slug:edition>/<slug:language>", badges.badge_achievement, name="badge_achievement"),
    path("badges/<slug:edition>/<slug:language>.png", badges.badge_picture, name="badge_picture"),
    path("teaching/absences/<int:pk>/", answers.answer_absence, name="answer_absence"),
    path("teaching/requests/<int:pk>/", answers.answer_request, name="answer_request"),
    path(f"{SESSION}/report/", reports.report, name="report"),
    path(f"{SESSION}/report/confirm/", reports.confirm_report, name="confirm_report"),
    path(f"{SESSION}/report/<int:report>/take-back/", reports.take_back_report, name="take_back_report"),
    path(f"{SESSION}/code/", checkin.code, name="code"),
    path("sessions/<int:pk>/checkin/", checkin.checkin, name="checkin"),
    path("checkin/<int:pk>/<str:token>/", checkin.scan, name="scan"),
    path("attendance/", attendance.attendance, name="attendance"),
    path("attendance/<int:pk>/absence/", attendance.absence, name="absence"),
    path("attendance/<int:pk>/rectification/", attendance.rectification, name="rectification"),
    path("attendance/take-back/<slug:what>/<int:pk>/", attendance.take_back, name="take_back"),
    path("attendance/files/<uuid:pk>/", attendance.attachment, name="absence_attachment"),
    path("teaching/sessions/<int:pk>/register.pdf", papers.register_paper, name="register_paper"),
    path("registers/<str:digest>/", papers.verification, name="verification"),
    path("results/certificate/<int:pk>/", eligibility.eligibility, name="eligibility"),
    path("team/", team.team, name="team"),
    path("team/milestones/<int:pk>/", team.milestone, name="milestone"),
    path("team/deposits/<uuid:pk>/", team.deposit, name="deposit"),
    path("teaching/projects/", projects.projects, name="projects"),
    path("teaching/projects/<int:pk>/", projects.project, name="project"),
    path("teaching/projects/<int:pk>/judgement/", projects.judgement, name="judgement"),
    path("questionnaires/", questionnaires.questionnaires, name="questionnaires"),
    path("questionnaires/<int:pk>/", questionnaires.questionnaire, name="questionnaire"),
    path(
        "teaching/editions/<int:pk>/questionnaires/",
        questionnaires.edition_questionnaires,
        name="edition_questionnaires",
    ),
    path("teaching/questionnaires/", questionnaires.said_of_modules, name="said_of_modules"),
    path("teaching/questionnaires/<int:pk>/", questionnaires.survey_result, name="survey_result"),
    path("results/", results.results, name="results"),
]
