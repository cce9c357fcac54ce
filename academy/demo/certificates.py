"""What an edition issues at its end: certificates, and statements of attendance to who stayed without."""

from datetime import datetime, timedelta

from academy.demo.calls import Admission
from assessments.actions.badges import sign_next
from assessments.actions.certificates import issue_certificates, make_next
from assessments.issuing import fingerprint, lines_of

CEREMONY_AFTER = timedelta(days=9)  # the last day: the projects are judged by then


class Certificates:
    """Of one edition."""

    def __init__(self, admission: Admission) -> None:
        self.stage, self.edition = admission.stage, admission.edition

    def plan(self) -> None:
        """All in one morning."""
        self.stage.at(self.edition.last_day + CEREMONY_AFTER, 10, 0, self.issue)

    def issue(self, at: datetime) -> None:
        """What the list gives, as the office sees it ticked; the papers at once."""
        cohort = self.stage.cohorts[self.edition.code]
        lines = lines_of(cohort, at=at)
        usual = {line.enrollment.pk for line in lines if line.usual}
        office = self.stage.office
        issue_certificates(cohort=cohort, people=usual, seen=fingerprint(lines), by=office, at=at)
        while make_next(at=at):
            pass
        while sign_next(at=at):
            pass
