"""How does somebody find their half-way or sent sign-up back, on this device or on another one?

The device keeps the number of the sign-up with a stamp of the moment its e-mail address was proven. Somebody who proves that address
on another device gets a new stamp if it was not proven before, so whoever merely typed in another's address is locked out from then on.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.joining import sign_up_codes, signing_up
from meldkring.joining.models import Application
from meldkring.people import codes
from meldkring.places.models import District

State = Application.State
ORDER = {State.WAITING: 0, State.FULL: 0, State.BEGUN: 1}


def stamp(application: Application) -> str:
    """What a device must know, beside the number, to go on with this sign-up."""
    return application.email_proven_at.isoformat() if application.email_proven_at else ""


def kept(district: District, pk: int, known: str) -> Application | None:
    """The sign-up that a device remembers, if it may still see it."""
    rows = Application.objects.select_related("district__municipality", "neighbourhood", "rules", "group")
    found = rows.filter(district=district, pk=pk).first()
    return found if found and stamp(found) == known else None


def ask(district: District, email: str) -> None:
    """Send a code to this address if a sign-up belongs to it. Who asks cannot tell whether there is one."""
    found = _of(district, email)
    if found is None:
        return
    try:
        signing_up.send_code(found, signing_up.EMAIL)
    except codes.TooSoon:
        return  # the earlier code still works


def resume(district: District, email: str, code: str) -> Application:
    """The sign-up of who has the code. Refuses with `codes.Expired`, in the same words whatever is wrong."""
    refusal = codes.Expired(_("This code is not right, or it no longer works. Look once more, or ask for a new one."))
    found = _of(district, email)
    if found is None:
        raise refusal
    was_proven = found.email_proven_at is not None
    try:
        sign_up_codes.check(found, signing_up.EMAIL, found.email, code)
    except codes.CodeRefused as wrong:
        raise refusal from wrong
    if not was_proven:
        # From now on it belongs to who reads this e-mail address; what somebody else may have proven for it does not count.
        found.email_proven_at, found.mobile_proven_at = timezone.now(), None
        found.save(update_fields=["email_proven_at", "mobile_proven_at"])
    return found


def _of(district: District, email: str) -> Application | None:
    rows = Application.objects.filter(district=district, email=email.strip().lower(), origin=Application.Origin.SIGNED_UP)
    found = rows.exclude(email="").order_by("-begun_at", "-pk")[:20]
    return min(found, key=lambda a: ORDER.get(State(a.state), 2), default=None)
