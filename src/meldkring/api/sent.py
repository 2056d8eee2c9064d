"""What may a program send? Names are camelCase; a field we do not know is refused."""

import uuid
from typing import Annotated, Any, Literal, Self

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from meldkring.cases.models import Direction, Outcome


def _storable(text: str) -> str:
    # JSON can write halves of characters and NUL; no database keeps them.
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("there is a character in this that is not text")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Short = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], Field(max_length=100)]


class Sent(Schema):
    """What a program sends. Numbers, authors and provenance are ours to give, so there is no field for them."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Extras(Sent):
    persons: Short = ""
    vehicle: Short = ""
    place: Short = ""
    latitude: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False)] = None
    direction: Direction | None = None
    going_to_do: Short = ""

    def given(self) -> dict[str, Any]:
        """The extras that were sent, by the names the domain gives them."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


class Said(Sent):
    group: Id
    text: Text
    key: uuid.UUID | None = None


class ReportIn(Said):
    called: Literal["by_me", "by_other", "not_needed"]
    exercise: bool = False
    extras: Extras = Extras()


class ReactionIn(Said):
    extras: Extras = Extras()


class CallIn(Said):
    text: Text = ""


class HolderIn(Sent):
    group: Id
    to: Id


class ClosingIn(Sent):
    outcome: Outcome
    text: Text
    key: uuid.UUID | None = None


class ReasonIn(Sent):
    reason: Text


class JudgementIn(Sent):
    steering: Id
    verdict: Literal["forwarded", "not_relevant"]
    to: Ids = []
    follow: bool = False
    advised: Ids = Field([], description="The groups that were advised, as the desk gave them; kept to know how often advice is followed.")

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.verdict == "not_relevant" and (self.to or self.follow):
            raise ValueError("what is not relevant elsewhere goes nowhere: leave out to and follow")
        return self


class PoliceMessageIn(Sent):
    to: Ids = Field([], description="The groups where it enters; left out, they follow from the area.")
    area: Ids = Field([], description="The neighbourhoods it is meant for; left out, all of the districts you serve.")
    outline: dict[str, Any] | None = Field(None, description="A drawn area instead: a GeoJSON geometry, Polygon or MultiPolygon.")
    valid_until: AwareDatetime | None = Field(
        None, description="After this it withdraws by itself; left out, as the district usually has it."
    )
    police_number: Annotated[str, Field(max_length=40), AfterValidator(_storable)] = ""
    police_number_shown: bool = False
    text: Text
    source: Annotated[str, Field(max_length=100), AfterValidator(_storable)] = ""
    source_at: AwareDatetime | None = None
    key: uuid.UUID | None = None
    extras: Extras = Extras()


class AreaIn(Sent):
    to: Ids = []
    area: Ids = []
    outline: dict[str, Any] | None = None


class ExtensionIn(Sent):
    valid_until: AwareDatetime


class TextIn(Sent):
    text: Text
    key: uuid.UUID | None = None


class LetterIn(Sent):
    steering: Id
    resident: Id
    text: Text
    about: Id | None = None
