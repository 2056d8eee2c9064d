"""Who may read complaints? Every steering member of the district, so that none is in one hand; and anybody how many there were, by year."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.http import Http404

from meldkring.complaints.models import Complaint
from meldkring.groups import roles
from meldkring.people.models import Person
from meldkring.places.models import District

FEWEST = 5


@dataclass(frozen=True)
class Year:
    """How many came in and how many were answered; `public` tells it without pointing at anybody."""

    year: int
    received: int
    answered: int

    @property
    def public(self) -> tuple[int | None, int | None]:
        """Received and answered, each None where it is fewer than five."""
        return (
            self.received if self.received >= FEWEST else None,
            self.answered if self.answered >= FEWEST else None,
        )


def complaints(person: Person) -> QuerySet[Complaint]:
    """The complaints this person may read and answer: new ones first, then the newest."""
    districts = {g.district_id for g in roles.steering_groups(person)}
    return Complaint.objects.filter(district__in=districts).select_related("district", "answered_by", "closed_by").order_by("-at", "-pk")


def complaint(person: Person, pk: int) -> Complaint:
    """One of them, or 404."""
    found = complaints(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def years(district: District) -> list[Year]:
    """Per year, the newest first; what was erased counts too."""
    rows = Complaint.objects.filter(district=district).annotate(year=ExtractYear("at")).values("year").order_by("-year")
    return [
        Year(row["year"], row["n"], row["m"]) for row in rows.annotate(n=Count("pk"), m=Count("pk", filter=Q(answered_at__isnull=False)))
    ]
