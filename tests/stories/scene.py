"""What happens again and again in the stories: somebody reports, colleagues pass it on, somebody looks."""

import datetime

from django.utils import timezone
from tests.town import Town

from meldkring.cases import access, forwarding, police, reporting
from meldkring.cases.models import Called, Case
from meldkring.groups.models import Group
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

TEXT = "Two men feel at car doors, walking to the station. I stay inside and watch."


def report(town: Town, *, text: str = TEXT, called: str = Called.BY_ME, **extras: object) -> Posting:
    """Anna reports in watch group A."""
    return reporting.report(text, group=town.watch_a, by=town.anna, called=called, **extras)


def case_of(posting: Posting) -> Case:
    return Case.objects.get(contributions__message=posting.message_id)


def standing(case: Case, group: Group, **which: object) -> list[Posting]:
    """What stands of this case in this group, in order."""
    return list(Posting.objects.standing().filter(message__contribution__case=case, group=group, **which).order_by("number"))


def onward(posting: Posting, to: Group, *, steering: Group, by: Person, follow: bool = False) -> Posting:
    """Forward to one group; the new posting."""
    judgement = forwarding.forward(posting, to=[to], steering=steering, by=by, follow=follow)
    return judgement.made.get()


def up_and_over(town: Town, posting: Posting) -> list[Posting]:
    """From watch group A over coordination, municipality and the other coordination to watch group C; each step."""
    steps = [posting]
    for to, steering, by in [
        (town.coordination_noord, town.steering_1, town.fatima),
        (town.municipal, town.steering_1, town.fatima),
        (town.coordination_zuid, town.steering_2, town.zora),
        (town.watch_c, town.steering_2, town.zeno),
    ]:
        steps.append(onward(steps[-1], to, steering=steering, by=by))
    return steps


def police_message(town: Town, to: list[Group]) -> Case:
    return police.place("Burglary at the Kade, white van towards the A4.", to=to, by=town.officer)


def told_at() -> datetime.datetime:
    return timezone.now()


def reads(person: Person, case: Case) -> list[str]:
    """The kinds of message this person reads of the case, oldest first; nothing if the case does not exist for them."""
    if not access.cases(person).filter(pk=case.pk).exists():
        return []
    return [p.message.kind for p in access.timeline(person, case)]
