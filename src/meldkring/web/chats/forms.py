"""What is filled in about a WhatsApp group beside a watch group."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.chat_groups import keeping
from meldkring.chat_groups.models import ChatGroup
from meldkring.groups.models import Group


class ChatGroupForm(forms.Form):
    """Name, link and size. A link that is kept is never filled in again: the page must not show it to who looks over a shoulder."""

    name = forms.CharField(
        label=gettext_lazy("Name of the WhatsApp group"), max_length=100,
        error_messages={"required": gettext_lazy("What is the WhatsApp group called?")},
    )  # fmt: skip
    invite = forms.CharField(
        label=gettext_lazy("Invite link"), max_length=300, required=False,
        help_text=gettext_lazy("In WhatsApp: open the group, tap its name, then “Invite via link”. Members see the link only after they have been admitted."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://chat.whatsapp.com/…"}),
    )  # fmt: skip
    size_limit = forms.IntegerField(
        label=gettext_lazy("How many people fit in the WhatsApp group?"), min_value=2, max_value=5000,
        help_text=gettext_lazy("This counts apart from the maximum of your watch group. We warn you in time."),
        error_messages={"required": gettext_lazy("How many people fit in it?")},
    )  # fmt: skip

    drop = forms.BooleanField(label=gettext_lazy("Take the link away; members then cannot join by themselves"), required=False)

    also = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("Which other watch groups read along in it?"), required=False,
        help_text=gettext_lazy("One WhatsApp group for several watch groups: then an alarm is asked for there once."), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, data: Any = None, *, initial: dict[str, Any], has_invite: bool = False, chat_group: ChatGroup | None = None) -> None:
        super().__init__(data, initial=initial)
        others = keeping.shareable(chat_group) if chat_group else Group.objects.none()
        if chat_group and others:
            self.fields["also"].queryset = others  # type: ignore[attr-defined]
            self.initial["also"] = chat_group.also.all()
        else:
            del self.fields["also"]
        self.fields["size_limit"].widget.attrs["class"] = "input--short"
        if has_invite:
            self.fields["invite"].help_text = _(
                "There is a link; we do not show it here. Did it leak, or did somebody leave who knows it? Reset it in WhatsApp and fill in the new one."
            )
        else:
            del self.fields["drop"]
        self.order_fields(["name", "invite", "drop", "size_limit", "also"])

    def clean_invite(self) -> str:
        invite: str = self.cleaned_data["invite"].strip()
        try:
            return keeping.clean_invite(invite) if invite else ""
        except keeping.BadInvite as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
