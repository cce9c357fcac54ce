"""Loading a version of the programme from its file."""

import logging
from datetime import datetime
from pathlib import Path

from django.db import transaction

from courses import curriculum
from courses.models import Block, Module, Programme

log = logging.getLogger(__name__)


@transaction.atomic
def load_curriculum(*, path: Path, by, at: datetime) -> Programme:
    """The programme a file describes, as rows. Loaded again, rows follow the file.

    Raises CurriculumError, naming the lines, where the file does not add up. The database refuses
    other hours for a version an edition follows; titles may be corrected.
    """
    plan = curriculum.read(path)
    programme, _created = Programme.objects.update_or_create(
        code=f"{plan.code}-{plan.version}".lower(),
        defaults={
            "title_it": plan.title_it,
            "title_en": plan.title_en,
            "minutes": plan.total_minutes,
            "academic_minutes": plan.academic_minutes,
            "company_minutes": plan.company_minutes,
        },
    )
    for position, block_plan in enumerate(plan.blocks, start=1):
        load_block(programme, position, block_plan)
    codes = [module.code for module in plan.modules]
    Module.objects.filter(block__programme=programme).exclude(code__in=codes).delete()
    programme.blocks.exclude(code__in=[block.code for block in plan.blocks]).delete()
    log.info("%s loaded the programme %s", by, programme.code)
    return programme


def load_block(programme: Programme, position: int, plan: curriculum.BlockPlan) -> None:
    """One block and its modules, found again by their codes."""
    block, _created = Block.objects.update_or_create(
        programme=programme,
        code=plan.code,
        defaults={
            "position": position,
            "title_it": plan.title_it,
            "title_en": plan.title_en,
            "minutes": plan.minutes,
            "counts_towards_total": plan.counts_towards_total,
        },
    )
    for number, module in enumerate(plan.modules, start=1):
        Module.objects.update_or_create(
            block=block,
            code=module.code,
            defaults={
                "position": number,
                "title_it": module.title_it,
                "title_en": module.title_en,
                "minutes": module.minutes,
                "academic_minutes": module.academic_minutes,
                "company_minutes": module.company_minutes,
                "has_test": module.has_test,
            },
        )
