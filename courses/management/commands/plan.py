from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.actions.planning import ask_planner, run_planner
from courses.models import TimetableDraft
from courses.refusals import Refusal


class Command(BaseCommand):
    help = "Let the planner work on the open draft of an edition; nothing is released."

    def add_arguments(self, parser):
        parser.add_argument("code", help="the edition, such as SMTC-2027-1")
        parser.add_argument("--seed", type=int, default=0, help="another seed may find another plan")

    def handle(self, *, code, seed, **options):
        draft = TimetableDraft.objects.filter(cohort__code=code, state=TimetableDraft.State.OPEN).first()
        if draft is None:
            raise CommandError(f"{code} has no open draft: open one in the office.")
        try:
            run = ask_planner(timetabledraft=draft, seed=seed, by=None, at=timezone.now())
            run_planner(run=run, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        run.refresh_from_db()
        result = run.result
        self.stdout.write(f"{result['status']} ({result['engine']}), {run.seconds:.1f} s")
        self.stdout.write(f"points {run.score}, no plan goes below {run.bound}; inputs {run.inputs[:12]}")
        for reason in result["short"]:
            self.stdout.write(f"too little: {reason['code']} {reason['facts']}")
