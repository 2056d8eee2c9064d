"""Who may change what a district agreed on? Phone managers and deputies of its steering groups; what is possible stands in places/settings.py."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meldkring.groups import roles
from meldkring.groups.models import Kind
from meldkring.people.models import Person
from meldkring.places import settings
from meldkring.places.models import District


def districts(person: Person) -> list[District]:
    """The districts whose settings this person may change, by name."""
    managed = [g for g in roles.with_right(person, roles.Right.MEMBERS) if g.kind == Kind.STEERING and g.district]
    return sorted({g.district for g in managed if g.district}, key=lambda d: d.name)


@transaction.atomic
def change(district: District, values: Mapping[str, Any], *, by: Person) -> list[str]:
    """Set these settings of the district; the names of those that changed. Refuses with `NotAllowed` or `BadSetting`."""
    if district not in districts(by):
        raise roles.NotAllowed(_("Only phone managers of %(district)s can change this.") % {"district": district.name})
    return settings.change(district, values, by=by)
