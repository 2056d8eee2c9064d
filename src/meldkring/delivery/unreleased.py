"""Words of neighbours wait, and people had the facts alone: who is reminded to release them, and when?

Once per case and steering group, and once more for how it ended: after an hour, by day, whoever has the duty or else who screens there. The facts
went at once, so nobody need wake up for words (ADR 0007). An exercise reminds nobody.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.audit import log
from meldkring.cases import approving
from meldkring.cases.models import Escalation
from meldkring.delivery import outcomes, phrasing
from meldkring.delivery.models import Delivery
from meldkring.groups import duty, roles
from meldkring.groups.models import Group
from meldkring.messaging.models import Kind, Posting
from meldkring.people import mailing
from meldkring.people.models import Person

WAITED = timedelta(hours=1)
BY_DAY = time(8), time(21)
WORDS = Escalation.Level.WORDS


def remind() -> int:
    """Remind who must be by now; how many steering groups. One query when nothing waits."""
    now = timezone.now()
    if not BY_DAY[0] <= timezone.localtime(now).time() < BY_DAY[1]:
        return 0
    waiting: dict[Group, list[Posting]] = {}
    for posting in _waiting(now):
        if posting.group.run_by:
            waiting.setdefault(posting.group.run_by, []).append(posting)
    return sum(_tell(steering, found, now) for steering, found in waiting.items())


def _waiting(now: datetime) -> list[Posting]:
    """What nobody decided about, of which somebody had the facts alone an hour ago, and of which nobody was reminded."""
    bare = Delivery.objects.filter(facts_only=True, state__in=outcomes.HANDED_OVER, made_at__gt=now - approving.FRESH)
    told = Escalation.objects.filter(level=WORDS, steering=OuterRef("group__run_by"))
    of_case = Exists(told.filter(posting__message__contribution__case=OuterRef("message__contribution__case")))
    of_this = Exists(told.filter(posting__message=OuterRef("message")))
    found = Posting.objects.filter(pk__in=bare.values("posting"), posted_at__lte=now - WAITED, group__run_by__closed_at=None)
    found = found.filter(message__contribution__case__exercise=False).exclude(of_this).exclude(of_case & ~Q(message__kind=Kind.CLOSING))
    return approving.undecided(found.select_related("group__run_by"))


@transaction.atomic
def _tell(steering: Group, waiting: Iterable[Posting], now: datetime) -> int:
    made = [p for p in waiting if Escalation.objects.get_or_create(posting=p, steering=steering, level=WORDS, defaults={"at": now})[1]]
    if not made:
        return 0  # another process was before us
    cases = {p.message.contribution.case.reference for p in made}
    log.record("remind_words", steering, by=None, cases=len(cases))
    for person in _people(steering):
        with translation.override(person.language):
            _mail(person, steering, cases)
    return 1


def _people(steering: Group) -> list[Person]:
    """Who has the duty now, or everybody who screens for this steering group."""
    screen = [m.person for m in roles.roster(steering) if m.role in roles.STEERING_ROLES]
    first = duty.on_duty(steering)
    return [first] if first in screen else screen


def _mail(person: Person, steering: Group, cases: set[str]) -> None:
    text = ngettext(
        "In one case some neighbours have had the facts only, not what was said.",
        "In %(n)d cases some neighbours have had the facts only, not what was said.",
        len(cases),
    )
    what = _("Do the words help them? Then release them. If not, you need do nothing.")
    url = phrasing.url("case_words", *cases) if len(cases) == 1 else phrasing.url("desk") + f"?stuurgroep={steering.pk}"
    said = {"n": len(cases), "steering": steering.name}
    mailing.write(person.email, subject=_("Words of neighbours wait for %(steering)s") % said, text="\n\n".join((text % said, what, url)))
