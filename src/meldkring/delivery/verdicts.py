"""Who judges by button, on the channel where the alarm reached them, and what can they choose (S31)? Forward, or not relevant.

The buttons go to who has duty; when nobody has, to every member of the steering group, of whom the first to judge has judged. Here is only
what is offered: whether a verdict is allowed is asked again when the button comes back.
"""

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.cases import approving, judging
from meldkring.channels.contract import Action
from meldkring.groups import duty, routes, steering
from meldkring.groups.models import Group, Kind
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

MOST = 3
Offers = dict[tuple[int, int], tuple[Action, ...]]


def offered(postings: Iterable[Posting]) -> Offers:
    """The buttons by posting and person, for who is asked to judge each."""
    found: Offers = {}
    for posting in {p.pk: p for p in postings if p.message.kind in judging.JUDGED_KINDS}.values():
        for group in _steering_groups(posting.group):
            if not judging.can_be_judged(posting, steering=group):
                continue
            for person in asked(group):
                # Somebody in two steering groups judges for one of them here; the desk has both.
                found.setdefault((posting.pk, person.pk), actions(posting, steering=group, language=person.language))
    return found


def asked(group: Group) -> list[Person]:
    """Who has duty for this steering group now, or all its members if nobody has."""
    on_duty = duty.on_duty(group)
    return [on_duty] if on_duty else [m.person for m in steering.members(group)]


def actions(posting: Posting, *, steering: Group, language: str) -> tuple[Action, ...]:
    """To the group above, to our own watch groups, or not relevant: at most three, and only where they lead somewhere."""
    targets = list(routes.targets(posting.group, steering=steering))
    with translation.override(language):
        up = _("To the municipality") if posting.group.kind == Kind.COORDINATION else _("To the whole district")
        choices = [("up", up)] if any(not t.is_watch for t in targets) else []
        choices += [("watch", _("To our groups"))] if any(t.is_watch for t in targets) else []
        return tuple(
            Action(f"judge:{posting.pk}:{steering.pk}:{what}", str(label)) for what, label in [*choices, ("no", _("Not relevant"))]
        )


def releasing(posting: Posting, *, by: Person) -> tuple[Action, ...]:
    """The button that lets a member's words go where only our own may, for who screens and while nobody decided."""
    steering = posting.group.run_by_id
    if not steering or not approving.may(posting, by=by):
        return ()
    with translation.override(by.language):
        return (Action(f"judge:{posting.pk}:{steering}:words", _("Release the words")),)


def _steering_groups(group: Group) -> list[Group]:
    inside = Group.objects.filter(kind=Kind.STEERING, closed_at=None, municipality=group.municipality_id)
    linked = routes.linked()
    return [g for g in inside if routes.judges(g, group, linked=linked)]
