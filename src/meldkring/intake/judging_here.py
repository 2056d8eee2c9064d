"""A verdict comes back as a button from the channel where the alarm reached a steering member (S31): forward, or not relevant.

What was offered is in `delivery/verdicts.py`; whether it is allowed is asked here again, through the verbs of the desk.
"""

import re

from django.utils.translation import gettext as _

from meldkring.cases import approving, forwarding, judging
from meldkring.channels.contract import Action
from meldkring.delivery import verdicts
from meldkring.groups import roles, routes
from meldkring.messaging import access
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

BUTTON = re.compile(r"judge:([0-9]{1,18}):([0-9]{1,18}):(up|watch|no|words)")


def pressed(button: str, *, by: Person) -> tuple[str, tuple[Action, ...]]:
    """Carry out a verdict given by button, through the same verbs as the desk; the answer in words, and what can be decided next. Refuses as
    they do."""
    found = BUTTON.fullmatch(button)
    if found is None:
        raise roles.NotAllowed(_("You cannot judge this message."))
    posting_pk, steering_pk, what = found.groups()
    posting = Posting.objects.filter(access.readable(by), pk=int(posting_pk)).select_related("group", "message__contribution__case").first()
    steering = next((g for g in roles.steering_groups(by) if g.pk == int(steering_pk)), None)
    if posting is None or steering is None:
        raise roles.NotAllowed(_("You cannot judge this message."))
    if what == "words":
        approving.approve(posting, words=approving.draft(posting.message), by=by)
        return _("The words are released. Who asked for more gets them in a moment."), ()
    if what == "no":
        judging.not_relevant(posting, steering=steering, by=by)
        return _("Judged: not relevant to others."), verdicts.releasing(posting, by=by)
    stands = set(Posting.objects.filter(message=posting.message_id, withdrawn_at=None).values_list("group", flat=True))
    wanted = [t for t in routes.targets(posting.group, steering=steering) if t.is_watch == (what == "watch") and t.pk not in stands]
    forwarding.forward(posting, to=wanted, steering=steering, by=by, follow=True)
    told = {"groups": ", ".join(t.name for t in wanted), "people": roles.reach(wanted)}
    return _("Forwarded to %(groups)s, %(people)d people. Later reactions go along.") % told, ()
