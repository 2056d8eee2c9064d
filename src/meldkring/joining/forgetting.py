"""What is erased of a sign-up once it has been decided? Everything that points at a person; that there was a sign-up stays, for the figures.

What a member's account needs was copied at admission. A month is kept for questions about the decision (rules 7).
"""

from datetime import timedelta

from django.utils import timezone

from meldkring.joining.models import Application

KEPT = timedelta(days=30)
DECIDED = (Application.State.ADMITTED, Application.State.DECLINED, Application.State.WITHDRAWN)
ERASED = {
    "first_name": "", "last_name": "", "birth_year": None, "postcode": "", "house_number": None, "house_suffix": "", "street": "",
    "email": "", "mobile": "", "question": "", "answer": "", "decline_reason": "",
}  # fmt: skip


def decided() -> int:
    """Erase the particulars of sign-ups that were decided over a month ago; how many there were."""
    over = Application.objects.filter(state__in=DECIDED, decided_at__lt=timezone.now() - KEPT)
    return over.exclude(email="", first_name="", birth_year=None).update(**ERASED)
