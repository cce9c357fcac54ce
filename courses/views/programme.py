"""The programme for whoever wonders whether it is for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.models import Block, Module, Programme


@dataclass(frozen=True)
class Stretch:
    """A block on the strip of hours: where it begins and how long it is, in hours."""

    number: int
    title: str
    start: float
    hours: float


def strip_of_hours(blocks: Iterable[Block]) -> tuple[list[Stretch], float]:
    """The blocks one after the other, and their hours together."""
    stretches, start = [], 0.0
    for number, block in enumerate(blocks, start=1):
        hours = block.minutes / 60
        stretches.append(Stretch(number, block.title, whole(start), whole(hours)))
        start += hours
    return stretches, whole(start)


def whole(hours: float) -> float:
    """40 rather than 40.0, so that a page says "40 h"."""
    return int(hours) if hours.is_integer() else hours


def share(part: int, total: int) -> int:
    """`part` of `total` in whole per cent, for people who compare rather than count."""
    return round(100 * part / total)


@require_safe
@login_not_required
def programme(request: HttpRequest) -> HttpResponse:
    """Blocks, modules and hours of the newest version, and who teaches how much of it."""
    newest = Programme.objects.order_by("-pk")[:1]
    modules = Module.objects.filter(block__programme=newest.values("pk")).select_related("block__programme")
    parts = [(block, list(group)) for block, group in groupby(modules, key=lambda module: module.block)]
    if not parts:
        return render(request, "courses/no_programme.html")
    blocks = [block for block, _modules in parts]
    stretches, total = strip_of_hours(blocks)
    return render(
        request,
        "courses/programme.html",
        {
            "programme": blocks[0].programme,
            "parts": parts,
            "stretches": stretches,
            "total": total,
            "academic_share": share(blocks[0].programme.academic_minutes, blocks[0].programme.minutes),
            "company_share": share(blocks[0].programme.company_minutes, blocks[0].programme.minutes),
            "tests": sum(module.has_test for module in modules),
        },
    )
