"""Is something going on? The first page, for a visitor and for a member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from meldkring.cases import access, escalating
from meldkring.cases.models import Case, Status
from meldkring.delivery import addresses
from meldkring.delivery.models import Address
from meldkring.groups import roles
from meldkring.growth import access as growth_access
from meldkring.intake import binding
from meldkring.joining import access as joining_access
from meldkring.joining import roll_call, rules
from meldkring.messaging import access as messaging_access
from meldkring.messaging import letters
from meldkring.messaging.models import Kind
from meldkring.people.models import Person
from meldkring.publicity import access as publicity_access
from meldkring.web.channels import devices
from meldkring.web.frame import shell, showing
from meldkring.web.visitors import district

PER_PAGE = 20
READ_WITHIN = timedelta(days=7)  # how an exercise went is read in the days after it; then it makes place for what was real


@dataclass(frozen=True)
class Card:
    """A case in a list: its state, and of an ended one the closing words."""

    case: Case
    state: tuple[str, str]
    closing: str = ""


def home(request: HttpRequest) -> HttpResponse:
    """A visitor reads what Meldkring is, a member sees what is going on, and an official how it goes."""
    return member_home(request) if request.user.is_authenticated else district.visitor_home(request)


@shell.member
def member_home(request: HttpRequest) -> HttpResponse:
    person = shell.person(request)
    if shell.groups(request, roles.Right.FIGURES) and not shell.groups(request, roles.Right.READ):
        return redirect("towns")
    cases = access.cases(person).exclude(exercise=True, status=Status.CLOSED, closed_at__lt=timezone.now() - READ_WITHIN)
    # What may be dangerous stands above what is newer but can wait.
    now = sorted(cases.filter(status=Status.OPEN)[:PER_PAGE], key=lambda c: not c.is_alarm)
    page = Paginator(cases.filter(status=Status.CLOSED), PER_PAGE).get_page(request.GET.get("page"))
    judges = shell.groups(request, roles.Right.JUDGE)
    known = devices.of(person)
    context = {
        "now": cards(now),
        "ended": cards(page.object_list, closing=closing_words(person, page.object_list)),
        "page": page,
        "reminders": reminders(request, now),
        "letters": unread(person),
        "moved": growth_access.unseen(person),
        "newcomers": joining_access.to_vouch_for(person).count(),
        "alarms": list(escalating.alarms(person, judges_in=judges)) if judges else [],
        "judges": judges,
        "quotes_asked": publicity_access.own_quotes(person).filter(state="asked").count(),
        "mail_rests": addresses.mail_rests(person),
        "rules_due": rules.must_accept(person),
        "roll_call": roll_call.question(person),
        "lost_devices": devices.lost(known),
        "invitation": invitation(person, on_device=bool(known)),
        "can_report": bool(shell.groups(request, roles.Right.REPORT)),
    }
    return render(request, "home/home.html", context)


def invitation(person: Person, *, on_device: bool) -> dict[str, str] | None:
    """Where this person switches on the way to be told that they chose at sign-up, as long as they have not; None where that is done."""
    wish = joining_access.wish(person)
    if label := dict(binding.offered()).get(wish):
        done = Address.objects.filter(person=person, channel=wish).exists()
        return None if done else {"url": reverse("binding", args=[wish]), "label": label}
    return None if on_device or wish == addresses.EMAIL else {"url": reverse("phone")}


def cards(cases: Iterable[Case], closing: dict[int, str] | None = None) -> list[Card]:
    """These cases as cards."""
    return [Card(case, showing.case_state(case), (closing or {}).get(case.pk, "")) for case in cases]


def closing_words(person: Person, cases: Iterable[Case]) -> dict[int, str]:
    """By case, the last closing message this person may read; one query."""
    found = messaging_access.postings(person).filter(message__kind=Kind.CLOSING, hidden_at=None, withdrawn_at=None)
    found = found.filter(message__contribution__case__in=[c.pk for c in cases]).select_related("message__contribution").order_by("pk")
    return {p.message.contribution.case_id: p.message.text for p in found}


def reminders(request: HttpRequest, cases: Iterable[Case]) -> list[Case]:
    """The open cases of which this person is asked how they ended: the holder first, later the steering members too."""
    held = set(shell.person(request).holdings.filter(until=None, case__status=Status.OPEN).values_list("case", flat=True))
    steers = bool(shell.groups(request, roles.Right.CLOSE))
    return [c for c in cases if (c.holders_reminded_at and c.pk in held) or (c.steering_reminded_at and steers)]


def unread(person: Person) -> list[object]:
    """The letters to this person that they have not opened."""
    return list(letters.readable(person).filter(resident=person, read_at=None).exclude(author=person)[:PER_PAGE])
