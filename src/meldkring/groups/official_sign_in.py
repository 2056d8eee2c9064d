"""How does an official sign in with the account of their municipality (OpenID Connect)? Whom we know, and nobody else.

Known is who has been invited, by the address that their provider says is proven; afterwards by the provider's own number for them. No account is made.
A second step that the provider asserts (`acr` or `amr`) counts as ours, for this way of signing in only; if it asserts none we ask our own.
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from meldkring.groups import officials
from meldkring.people import second_factor
from meldkring.people.models import Person


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What differs from allauth's defaults."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = _claims(sociallogin.account.extra_data)
        if not sociallogin.is_existing:
            person = _known(claims)
            if person is None:
                messages.error(request, _("We do not know you yet. Ask the administrator of your municipality to invite you."))
                raise ImmediateHttpResponse(redirect("account_request_login_code"))
            sociallogin.connect(request, person)
        if settings.OIDC["MUNICIPALITY_CLAIM"]:
            officials.by_claim(sociallogin.user, _listed(claims.get(settings.OIDC["MUNICIPALITY_CLAIM"])))
        request.meldkring_second_step = _asserted(claims)  # type: ignore[attr-defined]


def connect() -> None:
    """Listen to allauth; called once when Django starts."""
    user_logged_in.connect(signed_in, dispatch_uid="meldkring.official.signed_in")


def signed_in(sender: object, request: HttpRequest, user: Person, **more: Any) -> None:
    """Somebody signed in: what the provider asserted holds from now on; who came another way shows a second step of ours."""
    session = request.session.session_key or ""
    if getattr(request, "meldkring_second_step", False):
        second_factor.assert_elsewhere(user, session=session)
    elif SocialAccount.objects.filter(user=user).exists():
        second_factor.note(user, session=session)


def _claims(data: Mapping[str, Any]) -> dict[str, Any]:
    """All that was said about the person; what stands in the signed token goes before the rest."""
    return {**data.get("userinfo", {}), **data.get("id_token", {})}


def _known(claims: Mapping[str, Any]) -> Person | None:
    """The invited person whose address this is, when the provider has proven it."""
    proven = claims.get("email_verified") in (True, "true") or settings.OIDC["EMAIL_TRUSTED"]
    if not proven or not claims.get("email"):
        return None
    invited = Person.objects.filter(email__iexact=str(claims["email"]), is_active=True, memberships__left_at=None)
    return invited.filter(memberships__role__in=officials.OVERSEE).distinct().first()


def _asserted(claims: Mapping[str, Any]) -> bool:
    return claims.get("acr") in settings.OIDC["ACR"] or bool(set(_listed(claims.get("amr"))) & set(settings.OIDC["AMR"]))


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
