"""A WhatsApp group beside one watch group of the demo: a few neighbours still to be added there, two who should be out, one who does not want it."""

from datetime import timedelta

from django.utils import timezone

from meldkring.chat_groups import keeping
from meldkring.chat_groups.models import ChatGroup, Seat
from meldkring.demo.town import Town
from meldkring.groups.models import Kind, Membership, Role

BESIDE = "De Laning"
# Nobody comes in with it: a real one has other letters.
INVITE = "https://chat.whatsapp.com/VoorbeeldVoorbeeld00"
STILL_TO_ADD = 4


def settle() -> None:
    """Beside De Laning: nearly everybody was ticked months ago, by the phone manager."""
    town = Town.here()
    group = town.groups[BESIDE]
    manager = (
        Membership.objects.select_related("person").get(group=town.of(Kind.STEERING, group), role=Role.PHONE_MANAGER, left_at=None).person
    )
    chat = keeping.begin(group, name="Buurtapp De Laning", invite=INVITE, size_limit=100, by=manager)
    people = list(keeping.to_add(chat))
    elsewhere = [town.resident(town.groups["Oostwal"], n) for n in (1, 2)]
    inside = [*people[:-STILL_TO_ADD], *elsewhere]
    keeping.tick(chat, inside, state=Seat.State.IN, by=manager)
    keeping.tick(chat, people[-1:], state=Seat.State.DECLINED, by=manager)
    ago = timezone.now() - timedelta(days=120)
    ChatGroup.objects.filter(pk=chat.pk).update(begun_at=ago)
    chat.seats.update(since=ago)
