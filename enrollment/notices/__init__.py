"""Who is told what, from the wish to hear of the next call to a session tomorrow."""

from .application import ApplicationAnswered, ApplicationReceived, DocumentsAsked
from .interest import CallOpen, InterestAsked
from .interview import InterviewChosen, InterviewOffered, InterviewTomorrow
from .nomination import NominationInvited
from .offer import OfferExpiring, OfferMade, OfferSettled, PlaceEnded, SeatConfirmed
from .session import SeatGiven, SessionChanged, SessionTomorrow
from .timetable import AppointmentAsked, AppointmentWithdrawn, SessionsAdded, TeachingChanged

KINDS = (
    InterestAsked(),
    CallOpen(),
    NominationInvited(),
    ApplicationReceived(),
    DocumentsAsked(),
    InterviewOffered(),
    InterviewChosen(),
    InterviewTomorrow(),
    ApplicationAnswered(),
    OfferMade(),
    OfferExpiring(),
    OfferSettled(),
    SeatConfirmed(),
    PlaceEnded(),
    SessionTomorrow(),
    SessionChanged(),
    SeatGiven(),
    SessionsAdded(),
    TeachingChanged(),
    AppointmentAsked(),
    AppointmentWithdrawn(),
)
