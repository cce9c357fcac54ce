"""What the instructors of an edition leave to be read: handouts, a link, a correction, and what waits."""

from datetime import datetime, timedelta
from functools import partial

from academy.demo import cast
from academy.demo.calls import Admission
from academy.demo.papers import pdf
from academy.demo.timetable import Arranged
from courses.actions.materials import add_material, replace_material
from courses.files import Upload
from courses.models import Material
from enrollment.actions.visits import visit_materials

DAY = timedelta(days=1)


class Handouts:
    """The materials of one edition."""

    def __init__(self, admission: Admission) -> None:
        self.stage, self.edition, self.admission = admission.stage, admission.edition, admission
        self.handouts: dict[str, Material] = {}

    def plan(self) -> None:
        """A handout on the eve of each module; in the running edition some things are new, or wait."""
        stage, edition = self.stage, self.edition
        firsts: dict[str, Arranged] = {}
        for session in edition.sessions:
            if session.teachers:
                firsts.setdefault(session.plan.module, session)
        for session in firsts.values():
            stage.at(session.day - DAY, 20, 0, partial(self.hand_out, session))
        if edition.first_day < stage.today <= edition.last_day:
            stage.at(stage.today - 3 * DAY, 21, 0, self.read)
            taught = [session for session in edition.held(stage.today) if session.teachers]
            stage.at(stage.today - DAY, 20, 30, partial(self.improve, taught[-1]))
            coming = (session for session in edition.sessions if session.day > stage.today)
            theirs = next(session for session in coming if cast.INSTRUCTOR in session.teachers)
            stage.at(stage.today - DAY, 21, 0, partial(self.prepare, theirs))

    def hand_out(self, session: Arranged, at: datetime) -> None:
        """For the whole module."""
        module = self.stage.modules[session.plan.module]
        self.handouts[module.code] = self.add(
            session, f"Dispensa: {module.title_it}", f"Handout: {module.title_en}", at, published_at=at
        )

    def improve(self, session: Arranged, at: datetime) -> None:
        """A second version of the handout, and something to read on the web."""
        by, module = self.stage.teacher_of(session), session.plan.module
        handout = self.handouts[module]
        replace_material(
            material=handout,
            upload=paper(module, handout.title_it, "Seconda versione"),
            note="Corretta la tabella dei costi.",
            by=by,
            at=at,
        )
        add_material(
            cohort=self.stage.cohorts[self.edition.code],
            module=self.stage.modules[module],
            title_it="Per approfondire: i dati della mobilità in Italia",
            title_en="Further reading: mobility in Italy in figures",
            link="https://example.org/mobilita-in-cifre",
            published_at=at,
            by=by,
            at=at,
        )

    def prepare(self, session: Arranged, at: datetime) -> None:
        """Slides to be seen from the beginning of the session on, and a solution kept back."""
        begins = session.plan.starts_at
        self.add(session, "Presentazione della lezione", "Slides of the session", at, published_at=begins)
        self.add(session, "Soluzione dell’esercitazione", "Solution of the exercise", at)

    def add(
        self,
        session: Arranged,
        title_it: str,
        title_en: str,
        at: datetime,
        published_at: datetime | None = None,
    ) -> Material:
        """A page of PDF by who teaches `session`."""
        return add_material(
            cohort=self.stage.cohorts[self.edition.code],
            module=self.stage.modules[session.plan.module],
            title_it=title_it,
            title_en=title_en,
            upload=paper(session.plan.module, title_it),
            by=self.stage.teacher_of(session),
            at=at,
            published_at=published_at,
        )

    def read(self, at: datetime) -> None:
        """Everybody has looked at what there was."""
        for enrollment in self.admission.enrollments.values():
            visit_materials(enrollment=enrollment, by=enrollment.user, at=at)


def paper(module: str, title: str, *lines: str) -> Upload:
    """A page that says what it is."""
    return Upload(f"{title.partition(':')[0]} {module}.pdf", "application/pdf", pdf(title, *lines))
