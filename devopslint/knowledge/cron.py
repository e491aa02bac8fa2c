"""Cron expressions of five fields, and the names of time zones."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _DAYS),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def time_zones() -> frozenset[str]:
    """Return the names of the tz database (2025b) in lower case."""
    path = os.path.join(os.path.dirname(__file__), "data", "timezones.txt")
    with open(path, encoding="utf-8") as file:
        return frozenset(file.read().lower().split())


def cron_fault(cron: str) -> str:
    """Say what is wrong with a cron expression; empty when nothing is."""
    fields = cron.split()
    if cron.strip().startswith("@"):
        return "names such as `@daily` are not supported"
    if len(fields) != 5:
        return f"it has {len(fields)} fields, not 5"
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            fault = _part_fault(part, low, high, words)
            if fault:
                return f"{name} `{field}` {fault}"
    _, _, day, month, weekday = fields
    return _never(day, month) if weekday == "*" else ""


def minutes_of(field: str) -> list[int]:
    """Return the minutes of an hour that the first field of a sound cron expression names, in order."""
    found: set[int] = set()
    for part in field.split(","):
        base, _, step = part.partition("/")
        first, _, last = ("0", "", "59") if base == "*" else base.partition("-")
        end = int(last or (59 if step else first))
        found.update(range(int(first), end + 1, int(step or 1)))
    return sorted(found)


def _never(day: str, month: str) -> str:
    """Say so when none of some days occurs in any of some months (`31 4,6`); empty when one does, or may."""
    months = [str(_MONTHS.index(one.lower()) + 1) if one.lower() in _MONTHS else one for one in month.split(",")]
    days = day.split(",")
    if not all(one.isdigit() for one in [*days, *months]):
        return ""
    if min(int(one) for one in days) > max(_LONGEST[int(one) - 1] for one in months):
        return f"month {month} has no day {day}"
    return ""


def _part_fault(part: str, low: int, high: int, words: Any) -> str:
    base, slash, step = part.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return "has a step that is no positive number"
    if base == "*":
        return ""
    first, dash, last = base.partition("-")
    numbers = []
    for bound in (first, last) if dash else (first,):
        if bound.lower() in words:
            number = words.index(bound.lower()) + low
        elif bound.isdigit():
            number = int(bound)
        else:
            return "is no number" if bound else "is not complete"
        if not low <= number <= high:
            return f"is not between {low} and {high}"
        numbers.append(number)
    return "runs backwards" if len(numbers) == 2 and numbers[0] > numbers[1] else ""
