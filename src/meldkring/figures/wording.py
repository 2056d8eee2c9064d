"""In which words are the figures told, on a page and in a file? Numbers that are left out say so; times are said as people say them."""

from collections.abc import Mapping

from django.utils import formats
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meldkring.cases.models import Advised, Called, Judgement, Outcome
from meldkring.channels import registry
from meldkring.figures import measuring
from meldkring.figures.models import WITHIN, Passage
from meldkring.figures.summing import NO_ADVICE, STILL_OPEN, UNSAID

Words = Mapping[str, str | Promise]
MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS: Words = {
    "told_after": gettext_lazy("Half of the members told"),
    "judged_after": gettext_lazy("Judged by the steering group"),
    "coordination_after": gettext_lazy("In the coordination group"),
    "elsewhere_after": gettext_lazy("In the first other watch group"),
    "reaction_after": gettext_lazy("First reaction"),
    "closed_after": gettext_lazy("Closed"),
}
YES_NO: Words = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")}
PARTS: Mapping[str, tuple[str | Promise, Words]] = {
    "month": (gettext_lazy("When it was reported"), {str(n): name for n, name in MONTHS.items()}),
    "called": (gettext_lazy("Was 112 called?"), dict(Called.choices)),
    "verdict": (gettext_lazy("Was it passed on?"), dict(Passage.Verdict.choices)),
    "why": (gettext_lazy("Why was it not passed on?"), {**dict(Judgement.Reason.choices), UNSAID: gettext_lazy("not said")}),
    "advice": (
        gettext_lazy("Was the advice on where to followed?"),
        {**dict(Advised.Followed.choices), NO_ADVICE: gettext_lazy("no advice")},
    ),
    "outcome": (gettext_lazy("How it ended"), {**dict(Outcome.choices), STILL_OPEN: gettext_lazy("still open")}),
    "with_place": (gettext_lazy("Did the report say where?"), YES_NO),
    "with_direction": (gettext_lazy("Did it say which way?"), YES_NO),
    "hidden": (gettext_lazy("Was it hidden by the steering group?"), YES_NO),
}
CHANNELS: Words = {
    "web_push": gettext_lazy("on the phone"), "email": gettext_lazy("e-mail"), "sms": gettext_lazy("text message"),
}  # fmt: skip


def number(count: int | None) -> str:
    """A number, or that it is left out."""
    return _("left out") if count is None else str(count)


def decimal(value: float | None) -> str:
    """A number with a comma where the language writes one; a dash when there is none."""
    return "–" if value is None else formats.localize(value)


def duration(seconds: int | None) -> str:
    """A length of time as people say it, no finer than it matters."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return _("%(n)d s") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)d min") % {"n": round(seconds / MINUTE)}
    if seconds < DAY:
        hours = round(seconds / HOUR, 1) if seconds < 10 * HOUR else round(seconds / HOUR)
        return _("%(n)s h") % {"n": formats.localize(int(hours) if hours == int(hours) else hours)}
    days = round(seconds / DAY)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def told_within(reach: measuring.Reach, seconds: int | None) -> str:
    """How soon so many of them were told; what took longer than we count says so."""
    return late() if seconds is None and reach.enough else duration(seconds)


def late() -> str:
    """Longer than we count."""
    return _("later than %(most)s") % {"most": duration(max(WITHIN.values()))}


def channel(name: str) -> str:
    """A channel, as members know it."""
    kind = registry.kinds().get(name)
    return str(CHANNELS.get(name, kind.label if kind else name))
