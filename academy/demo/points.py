"""How the points of an application are spread over the committee and over the criteria."""

from collections.abc import Sequence

from academy.demo.results import draw

WIDEST = 4  # how far apart from the middle two members are at most


def spread_over_committee(total: int, members: int, maximum: int, key: str) -> list[int]:
    """What each member gives, `total` together and none above `maximum`; they seldom agree."""
    each, rest = divmod(total, members)
    given = [each + (number < rest) for number in range(members)]
    apart = min(draw(key, WIDEST + 1), maximum - max(given), min(given))
    given[0], given[-1] = given[0] + apart, given[-1] - apart
    turn = draw(f"{key} turn", members)
    return [*given[turn:], *given[:turn]]


def spread_over_criteria(total: int, maxima: Sequence[int], key: str) -> list[int]:
    """Points for each criterion, `total` together and none above its maximum, about as good in each."""
    whole = sum(maxima)
    given = [total * maximum // whole for maximum in maxima]
    order = sorted(range(len(maxima)), key=lambda number: draw(f"{key} {number}", 1000))
    for number in order[: total - sum(given)]:
        given[number] += 1
    return given
