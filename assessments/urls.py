from django.urls import path

from assessments.views import (
    answers,
    attendance,
    checkin,
    edition,
    papers,
    projects,
    register,
    reports,
    results,
    scores,
    teaching,
    team,
)

app_name = "assessments"

TEST = "teaching/tests/<int:pk>"
SESSION = "teaching/sessions/<int:pk>"
RETAKE = {"attempt": 2}

urlpatterns = [
    path("teaching/", teaching.teaching, name="teaching"),
    path(f"{TEST}/scores/", scores.scores, name="scores"),
    path(f"{TEST}/scores/publish/", scores.publish, name="publish_scores"),
    path(f"{TEST}/retake/", scores.scores, RETAKE, name="retake_scores"),
    path(f"{TEST}/retake/publish/", scores.publish, RETAKE, name="publish_retake_scores"),
    path(f"{SESSION}/register/", register.register, name="register"),
    path(f"{SESSION}/register/<int:person>/", register.right, name="put_right"),
    path("teaching/editions/<int:pk>/attendance/", edition.edition_attendance, name="edition_attendance"),
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
    path("team/", team.team, name="team"),
    path("team/milestones/<int:pk>/", team.milestone, name="milestone"),
    path("team/deposits/<uuid:pk>/", team.deposit, name="deposit"),
    path("teaching/projects/", projects.projects, name="projects"),
    path("teaching/projects/<int:pk>/", projects.project, name="project"),
    path("teaching/projects/<int:pk>/judgement/", projects.judgement, name="judgement"),
    path("results/", results.results, name="results"),
]
