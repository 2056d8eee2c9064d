"""Which address leads where."""

from django.urls import include, path
from django.views.generic import RedirectView

from meldkring.api import docs, v1, webhooks
from meldkring.web import urls as web

urlpatterns = [
    # There are no passwords: signing in starts with asking for a code.
    path("account/login/", RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
    # There is one address, and a page of ours on which it is changed.
    path("account/email/", RedirectView.as_view(pattern_name="my_email")),
    # There is one account to sign in with beside the code, and nothing to arrange about it.
    path("account/3rdparty/", RedirectView.as_view(pattern_name="me")),
    path("account/", include("allauth.urls")),
    path("api/v1/webhooks/<slug:name>/", webhooks.door, name="webhook"),
    path("api/v1/docs", docs.page, name="api_docs"),
    path("anymail/<path:path>", webhooks.mail_door, name="mail_webhook"),
    path("api/v1/", v1.api.urls),
    path("", include(web)),
]
