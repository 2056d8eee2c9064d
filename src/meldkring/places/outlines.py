"""The shapes of neighbourhoods, for drawing. Geography is public: anyone may see it."""

from django.db.models import QuerySet

from meldkring.places.models import Neighbourhood


def drawn(municipality: int) -> QuerySet[Neighbourhood]:
    """The neighbourhoods of this municipality that have an outline."""
    return Neighbourhood.objects.filter(district__municipality=municipality, outline__isnull=False).order_by("name")
