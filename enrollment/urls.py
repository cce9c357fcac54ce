from django.urls import path

from enrollment.views import (
    applications,
    calendar,
    cohorts,
    committee,
    interest,
    interview,
    nomination,
    offer,
    schedule,
    session,
)

app_name = "enrollment"
urlpatterns = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/<slug:code>/", cohorts.cohort, name="cohort"),
    path("cohorts/<slug:code>/apply/", applications.apply, name="apply"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("sessions/<int:pk>/", session.session, name="session"),
    path("sessions/<int:pk>/join/", session.join, name="join"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/withdraw/", applications.withdraw, name="withdraw_application"),
    path("applications/<int:pk>/offer/", offer.offer, name="offer"),
    path("applications/<int:pk>/offer/decline/", offer.decline, name="decline_offer"),
    path("applications/<int:pk>/interview/", interview.interview, name="interview"),
    path("committee/", committee.committee, name="committee"),
    path("committee/<int:pk>/<slug:phase>/", committee.score_sheet, name="score_sheet"),
    path("interest/", interest.interest, name="interest"),
    path("interest/left/", interest.left, name="interest_left"),
    path("interest/confirm/<str:token>/", interest.confirm, name="confirm_interest"),
    path("interest/leave/<str:token>/", interest.leave, name="leave_interest"),
    path("nominations/<int:pk>/", nomination.nomination, name="nomination"),
]
