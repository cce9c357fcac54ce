from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.actions.planning import ask_planner, run_planner, take_over_plan
from courses.models import PlanRun, TimetableDraft
from courses.refusals import Refusal
from courses.telling import Names, proposed, rule_in_words, short_in_words
from courses.wording import change_in_words


class Command(BaseCommand):
    help = "Let the planner seek a plan for the open draft of an edition; nothing is released."

    def add_arguments(self, parser):
        parser.add_argument("code", help="the edition, such as SMTC-2027-1")
        parser.add_argument("--seed", type=int, default=0, help="another seed may find another plan")
        parser.add_argument("--mend", action="store_true", help="change the draft as little as possible")
        parser.add_argument("--take-over", action="store_true", help="write the plan into the draft")

    def handle(self, *, code, seed, mend, take_over, **options):
        draft = TimetableDraft.objects.filter(cohort__code=code, state=TimetableDraft.State.OPEN).first()
        if draft is None:
            raise CommandError(f"{code} has no open draft: open one in the office.")
        aim = PlanRun.Aim.MEND if mend else PlanRun.Aim.ANEW
        try:
            run = ask_planner(timetabledraft=draft, aim=aim, seed=seed, by=None, at=timezone.now())
            run_planner(run=run)
            run.refresh_from_db()
            self.tell(run)
            if take_over:
                take_over_plan(planrun=run, by=None, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def tell(self, run: PlanRun) -> None:
        """What was found, or why nothing was."""
        result, names = run.result or {}, Names(run.draft)
        self.stdout.write(f"{result['status']} ({result['engine']}), {run.seconds:.1f} s")
        self.stdout.write(f"points {run.score}, no plan goes below {run.bound}; inputs {run.inputs[:12]}")
        for one in result.get("short", []):
            self.stdout.write(short_in_words(one["code"], one["facts"], names))
        for rule in result.get("relax", []):
            self.stdout.write(rule_in_words(rule, names))
        for change in proposed(run):
            self.stdout.write(change_in_words(change))
