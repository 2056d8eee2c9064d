"""What has a district that begins done already, and what comes next? The list ticks itself: each step looks at the rows, nobody keeps it by hand."""

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from meldkring.cases.models import Case
from meldkring.groups.models import Kind, Membership, Role
from meldkring.groups.steering import FEWEST
from meldkring.joining import rules, starting
from meldkring.joining.models import Acceptance
from meldkring.people.models import Person
from meldkring.places.models import District, Extent
from meldkring.publicity.models import Corner, Scan

ENOUGH = 10


@dataclass(frozen=True)
class Step:
    """One step: whether it is done, how far it has come (`count`), why it matters and where it is done."""

    name: str
    title: str
    why: str
    done: bool
    count: str = ""
    url: str = ""
    action: str = ""


def steps(district: District, person: Person) -> list[Step]:
    """Every step in the order in which people do them; as many queries for a large district as for a small one."""
    crew = list(starting.steering_members(district).select_related("person"))
    mine = [_second_step(person), _rules(district, person)]
    ours = [
        _people(crew), _all_second_steps(crew), _places(district), _officer(district), _public(district, crew), _posters(district),
        _members(district), _exercise(district),
    ]  # fmt: skip
    if person.second_factor_since is None:
        # Those pages are not there yet for who has no second step.
        ours = [replace(step, url="") for step in ours]
    return mine + ours


def done(found: list[Step]) -> int:
    """How many of them are done."""
    return sum(step.done for step in found)


def _second_step(person: Person) -> Step:
    return Step(
        "second-step", _("Set your second step"), _("With a code from an app or with your fingerprint. Only then does your role work."),
        person.second_factor_since is not None, url=reverse("mfa_index"), action=_("Set it now"),
    )  # fmt: skip


def _rules(district: District, person: Person) -> Step:
    version = rules.current(district)
    accepted = version is not None and Acceptance.objects.filter(person=person, rules=version).exists()
    return Step(
        "rules", _("Read the house rules"), _("Ten rules to begin with. Change what does not fit your district, and accept them yourself."),
        accepted, url=reverse("house_rules"), action=_("Read the rules"),
    )  # fmt: skip


def _people(crew: list[Membership]) -> Step:
    return Step(
        "people", _("Find three or four people"),
        _("Send the invitation to neighbours whom you trust. They sign up; you admit them and make them steering members."),
        len(crew) >= FEWEST, count=_("%(n)d of %(wanted)d") % {"n": len(crew), "wanted": FEWEST}, url=reverse("running") + "#appoint",
        action=_("Make somebody a steering member"),
    )  # fmt: skip


def _all_second_steps(crew: list[Membership]) -> Step:
    working = _working(crew)
    return Step(
        "all-second-steps", _("Everybody has a second step"), _("Call those who do not have it yet: it takes two minutes, together it is done at once."),
        working == len(crew) >= FEWEST, count=_("%(n)d of %(wanted)d") % {"n": working, "wanted": max(len(crew), FEWEST)},
    )  # fmt: skip


def _places(district: District) -> Step:
    silent = district.neighbourhoods.filter(outline__isnull=True).exclude(pk__in=Extent.objects.values("neighbourhood")).count()
    total = district.neighbourhoods.count()
    return Step(
        "places", _("Describe your neighbourhoods"), _("By postcodes, streets or a drawing. Then a new member finds the right group by themselves."),
        silent == 0 < total, count=_("%(n)d of %(wanted)d") % {"n": total - silent, "wanted": total},
        url=reverse("neighbourhoods", args=[district.slug]), action=_("To your neighbourhoods"),
    )  # fmt: skip


def _officer(district: District) -> Step:
    linked = Membership.objects.filter(role=Role.OFFICER, left_at=None, group__district=district, group__closed_at=None).exists()
    return Step(
        "officer", _("Agree with the community officer"),
        _("Call 0900-8844 and ask for the officer of your district. Tell what you begin, and agree how you reach each other. 112 stays first."), linked,
        url=reverse("police_room"), action=_("Link the officer here"),
    )  # fmt: skip


def _public(district: District, crew: list[Membership]) -> Step:
    return Step(
        "public", _("Open your page"), _("Until then only who has the invitation sees it. It can be opened once three of you have a second step."),
        district.is_public, count="" if district.is_public else _("%(n)d of %(wanted)d") % {"n": _working(crew), "wanted": FEWEST},
    )  # fmt: skip


def _working(crew: list[Membership]) -> int:
    return sum(m.person.second_factor_since is not None for m in crew)


def _posters(district: District) -> Step:
    hung = (
        Scan.objects.filter(link__district=district).exists() or Corner.objects.filter(district=district, placed_on__isnull=False).exists()
    )
    return Step(
        "posters", _("Put up posters"), _("This ticks itself once somebody scans one, or once you note at a street corner that it hangs there."),
        hung, url=reverse("publicity", args=[district.slug]), action=_("Posters, flyers and signs of your district"),
    )  # fmt: skip


def _members(district: District) -> Step:
    number = Membership.objects.filter(group__district=district, kind=Kind.WATCH, left_at=None, person__is_active=True).count()
    return Step(
        "members", _("Ten members"), _("From ten on there is nearly always somebody at home. Do not divide before you are with eighty."),
        number >= ENOUGH, count=_("%(n)d of %(wanted)d") % {"n": number, "wanted": ENOUGH}, url=reverse("members"), action=_("See who has signed up"),
    )  # fmt: skip


def _exercise(district: District) -> Step:
    held = Case.objects.filter(exercise=True, origin__district=district).exists()
    return Step(
        "exercise", _("Hold a first exercise"),
        _("Agree on an evening and act as if. You see how fast everybody hears of it."), held, url=reverse("exercise"), action=_("Hold an exercise"),
    )  # fmt: skip
