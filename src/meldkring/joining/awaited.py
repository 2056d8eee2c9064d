"""Where somebody lives there is a district at last: who asked to hear of it is told, once, with a link to go on where they were.

Their note becomes a sign-up that was begun in that district, so what they filled in is there, and is erased after two weeks like any other.
Only a postcode is known of them, so only what neighbourhoods claim by postcodes or by codes of CBS is looked at.
"""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meldkring.audit import log
from meldkring.groups.models import Kind
from meldkring.joining import mails, public
from meldkring.joining.models import UNFINISHED_KEPT, Application
from meldkring.people.models import Person
from meldkring.places import belonging, tables
from meldkring.places.models import District

State = Application.State
SALT = "meldkring.joining.awaited"
AT_ONCE = 500


def tell() -> int:
    """Look for each who waits whether there is a district now; how many were told. A chore, in a fixed number of questions.

    With more of them than are looked at, chance gives each their turn.
    """
    waiting = list(Application.objects.filter(state=State.ELSEWHERE).exclude(postcode="").order_by("?")[:AT_ONCE])
    if not waiting:
        return 0
    here = {district.pk: district for district in public.districts() if district.open_for_sign_up}
    codes = tables.codes_of((application.postcode, 0) for application in waiting)
    asked = {a.pk: belonging.Asked(a.postcode, codes=codes[a.postcode, 0]) for a in waiting}
    atlas = belonging.Atlas(belonging.claimants(asked.values()))
    told = 0
    for application in waiting:
        districts = {n.district_id for n in atlas.claiming(asked[application.pk])}
        if len(districts) == 1 and (there := here.get(districts.pop())):
            told += _tell(application, there)
    return told


def found(district: District, token: str) -> Application | None:
    """The sign-up that the link in the e-mail is about, while it is not finished."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=UNFINISHED_KEPT)
    except signing.BadSignature:
        return None
    return Application.objects.select_related("district").filter(pk=pk, district=district, state=State.BEGUN, email_proven_at=None).first()


@transaction.atomic
def _tell(application: Application, district: District) -> int:
    now = timezone.now()
    mine = Application.objects.filter(pk=application.pk, state=State.ELSEWHERE)
    if _is_there(application.email, district):
        mine.delete()
        return 0
    if not mine.update(state=State.BEGUN, district=district, begun_at=now, sent_at=None):
        return 0  # another process was before us
    token = signing.dumps(application.pk, salt=SALT)
    link = f"{settings.SITE_URL}{reverse('sign_up_go_on', args=[district.slug, token])}"
    mails.district_came(application, district, link)
    log.record("tell_awaited", application, by=None, district=district.pk)
    return 1


def _is_there(email: str, district: District) -> bool:
    """Whether this person found the way already."""
    member = Person.objects.filter(memberships__kind=Kind.WATCH, memberships__left_at=None, email=email)
    return member.exists() or Application.objects.filter(district=district, email=email).exclude(state=State.WITHDRAWN).exists()
