"""What does one row of an existing member list say: who, how to reach them, where they live, and what is wrong with it?

A row is what somebody typed years ago, so what can be understood is understood, and what cannot is told with the column it stands in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.joining import texting
from meldkring.places import addresses

# Letters of any alphabet, and what stands between them in a name; ’t Hooft begins with its apostrophe. A cell that begins as a formula is no name.
NAME = re.compile(r"['’‘`´]?[^\W\d_][^\d_=<>@|{}\[\]\\/;:!?*+%$#\"]*")
HOUSE = re.compile(r"(?P<street>.*?[^\d\s,].*?)[\s,]+(?P<house>\d.*)")
LONGEST = {"first_name": 60, "last_name": 80, "street": 80}
LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "name": gettext_lazy("Whole name"),
    "email": gettext_lazy("E-mail address"),
    "mobile": gettext_lazy("Mobile number"),
    "postcode": gettext_lazy("Postcode"),
    "house_number": gettext_lazy("House number"),
    "house_suffix": gettext_lazy("Suffix"),
    "street": gettext_lazy("Street"),
    "address": gettext_lazy("Street and house number together"),
    "neighbourhood": gettext_lazy("Neighbourhood"),
    "group": gettext_lazy("Watch group"),
}


@dataclass
class Row:
    """What a row says. `fields` are those of a sign-up; `wrong` keeps it from going on, `notes` do not."""

    fields: dict[str, object] = field(default_factory=dict)
    neighbourhood: str = ""
    group: str = ""
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.fields.get('first_name', '')} {self.fields.get('last_name', '')}".strip()

    @property
    def email(self) -> str:
        return str(self.fields.get("email", ""))

    @property
    def mobile(self) -> str:
        return str(self.fields.get("mobile", ""))

    @property
    def identity(self) -> tuple[str, ...]:
        """By what this is the same person as another row without an e-mail address: name and address."""
        return identity(*(self.fields.get(name) for name in ("first_name", "last_name", "postcode", "house_number", "house_suffix")))


def identity(*values: object) -> tuple[str, ...]:
    """Name and address as they are compared."""
    return tuple(str(value or "").strip().casefold() for value in values)


def row(columns: Mapping[str, int], cells: Sequence[str]) -> Row:
    """Read one row by the columns that were recognised or chosen."""
    said = {name: cells[place] for name, place in columns.items() if place < len(cells)}
    found = Row(neighbourhood=said.get("neighbourhood", ""), group=said.get("group", ""))
    _read_name(found, said)
    _read_reach(found, said)
    _read_address(found, said)
    return found


def _read_name(found: Row, said: Mapping[str, str]) -> None:
    first, last = said.get("first_name", ""), said.get("last_name", "")
    if not first and said.get("name"):
        first, last = _divided(said["name"], last)
    for column, value in (("first_name", first), ("last_name", last)):
        if value and (len(value) > LONGEST[column] or not NAME.fullmatch(value)):
            found.wrong.append(_in(column, _("this does not look like a name")))
        found.fields[column] = value[: LONGEST[column]]
    if not first:
        found.wrong.append(_in("first_name", _("there is nothing here")))


def _divided(name: str, last: str) -> tuple[str, str]:
    """ "Vries, Anna de" and "Anna de Vries" are both written."""
    if last:
        return name.removesuffix(last).strip() or name, last
    if "," in name:
        family, _comma, given = (part.strip() for part in name.partition(","))
        first, _space, between = given.partition(" ")
        return first, f"{between} {family}".strip()
    first, _space, family = name.partition(" ")
    return first, family


def _read_reach(found: Row, said: Mapping[str, str]) -> None:
    email = said.get("email", "").lower().removeprefix("mailto:")
    try:
        if email:
            validate_email(email)
    except ValidationError:
        found.wrong.append(_in("email", _("this is not an e-mail address")))
    found.fields["email"], found.fields["mobile"] = email[:254], ""
    number = said.get("mobile", "")
    if number:
        try:
            # A spreadsheet takes the nought from a number in front.
            found.fields["mobile"] = texting.normal(f"0{number}" if re.fullmatch(r"6\d{8}", number) else number)
        except texting.BadNumber:
            found.notes.append(_in("mobile", _("this is not a mobile number; we leave it out")))


def _read_address(found: Row, said: Mapping[str, str]) -> None:
    street, number, suffix = said.get("street", ""), said.get("house_number", ""), said.get("house_suffix", "")
    together = HOUSE.fullmatch(said.get("address", "") or ("" if number else street))
    if together:
        street, number = street if said.get("address") and street else together["street"], number or together["house"]
    if len(street) > LONGEST["street"]:
        found.wrong.append(_in("street", _("this is too long")))
    found.fields |= {"street": street[: LONGEST["street"]], "postcode": "", "house_number": None, "house_suffix": ""}
    if said.get("postcode"):
        try:
            found.fields["postcode"] = addresses.normal(said["postcode"])
        except addresses.BadPostcode:
            found.wrong.append(_in("postcode", _("this is not a postcode such as 3262 AB")))
    if number:
        try:
            found.fields["house_number"], found.fields["house_suffix"] = addresses.house_number(f"{number} {suffix}".strip())
        except addresses.BadNumber:
            found.wrong.append(_in("house_number", _("this is not a house number")))


def _in(column: str, words: str) -> str:
    return f"{LABELS[column]}: {words}"
