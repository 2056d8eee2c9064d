"""Why did it not go through? Every named refusal of the domain, and where its words belong on a page.

A view catches `REFUSALS` around its one verb call and hands the refusal to `onto`: the page then comes back
with status 422, what was typed still there.
"""

import uuid

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from meldkring.cases import approving, forwarding, judging, lifecycle, reporting, validity
from meldkring.chat_groups import keeping, placing
from meldkring.complaints import hearing
from meldkring.forgetting import erasing
from meldkring.groups import contact, duty, joining, linking, officers, officials, roles, steering
from meldkring.growth import arranging, carrying, changing, districts, mapping, plans, proposing, resettling
from meldkring.intake import police_mail
from meldkring.joining import (
    admission,
    code_letters,
    entering,
    expelling,
    importing,
    moving,
    places,
    roll_call,
    rules,
    signing_up,
    starting,
    vouching,
)
from meldkring.messaging import posting as postings
from meldkring.people import codes, new_email
from meldkring.places import neighbourhoods, shapes
from meldkring.publicity import corners, quoting, writing

REFUSALS = (
    roles.NotAllowed,
    joining.AlreadyMember,
    joining.PhoneManagerStays,
    steering.NotFromHere,
    steering.NotInSteering,
    steering.NoSecondStep,
    officers.AlreadyServes,
    officers.OwnProposal,
    officers.AlreadyDecided,
    contact.NoCard,
    police_mail.AlreadyHandled,
    police_mail.NoReason,
    shapes.BadOutline,
    validity.NoLongerValid,
    duty.Overlap,
    duty.NotYours,
    postings.BadText,
    postings.NotHere,
    postings.KeyUsed,
    reporting.BadAnswer,
    lifecycle.CaseClosed,
    lifecycle.CaseOpen,
    judging.AlreadyJudged,
    judging.TooLate,
    forwarding.NotOnRoute,
    approving.AlreadyApproved,
    hearing.AlreadyDone,
    linking.CannotLink,
    officials.BadInvitation,
    districts.CannotChange,
    erasing.LastAdministrator,
    plans.NotNow,
    plans.WordsNeeded,
    changing.NotPossible,
    proposing.CannotDivide,
    arranging.CannotArrange,
    carrying.Blocked,
    mapping.NotEmpty,
    resettling.LookAgain,
    resettling.NoWayBack,
    expelling.StillSteering,
    expelling.NotAMember,
    expelling.NoWords,
    expelling.ObjectionOver,
    expelling.AlreadyDecided,
    expelling.FourEyes,
    importing.NotImportable,
    code_letters.WrongCode,
    code_letters.TooManyTries,
    code_letters.NothingToPrint,
    roll_call.RollCallRuns,
    roll_call.RollCallOver,
    codes.CodeRefused,
    new_email.NotThisAddress,
    admission.AlreadyDecided,
    admission.NoGroup,
    admission.NoWords,
    entering.NoAddress,
    moving.NotAMember,
    moving.StillSteers,
    places.GroupFull,
    vouching.AlreadyVouched,
    rules.RulesRefused,
    signing_up.SignUpRefused,
    neighbourhoods.BadName,
    shapes.BadOutline,
    corners.BadCorner,
    quoting.CannotQuote,
    writing.NotReady,
    writing.Overtaken,
    keeping.BadInvite,
    keeping.NotBeside,
    keeping.ShownAlready,
    placing.AlreadyPlaced,
    starting.CannotStart,
    starting.NotReady,
)


def words(refusal: Exception) -> str:
    """The refusal in words for the person; the domain writes them in the person's language."""
    return str(refusal)


def onto(form: forms.Form, refusal: Exception) -> None:
    """Add the refusal to a bound form: beside the text when the text is what is wrong, else above the form."""
    field, text = None, words(refusal)
    if isinstance(refusal, postings.KeyUsed):
        # The browser's back key brings a form with the key of what was sent; a new key makes the next press a message of its own.
        form.data = _with_new_key(form)
        text = _("You sent another text from this page before. Your new text is still here: send it once more.")
    elif isinstance(refusal, postings.BadText) and "text" in form.fields:
        field = "text"
    elif isinstance(refusal, corners.BadCorner):
        field = "name"
    form.add_error(field, text)


def _with_new_key(form: forms.Form) -> QueryDict:
    assert isinstance(form.data, QueryDict)  # noqa: S101 - tells mypy that it is what a page sent
    given = form.data.copy()
    given[form.add_prefix("key")] = str(uuid.uuid4())
    return given
