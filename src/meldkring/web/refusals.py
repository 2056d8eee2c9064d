"""Why did it not go through? Every named refusal of the domain, and where its words belong on a page.

A view catches `REFUSALS` around its one verb call and hands the refusal to `onto`: the page then comes back
with status 422, what was typed still there.
"""

from django import forms

from meldkring.cases import forwarding, holding, judging, lifecycle, reporting
from meldkring.groups import roles
from meldkring.messaging import posting as postings

REFUSALS = (
    roles.NotAllowed,
    postings.BadText,
    postings.NotHere,
    postings.KeyUsed,
    reporting.BadAnswer,
    lifecycle.CaseClosed,
    lifecycle.CaseOpen,
    holding.AlreadyHeld,
    judging.AlreadyJudged,
    judging.TooLate,
    forwarding.NotOnRoute,
)


def words(refusal: Exception) -> str:
    """The refusal in words for the person; the domain writes them in the person's language."""
    return str(refusal)


def onto(form: forms.Form, refusal: Exception) -> None:
    """Add the refusal to a bound form: beside the text when the text is what is wrong, else above the form."""
    field = "text" if isinstance(refusal, postings.BadText) and "text" in form.fields else None
    form.add_error(field, words(refusal))
