"""The addresses of the pages, in Dutch because people read them. A district's own address comes last: it may be any word that is not taken."""

from django.conf import settings

from meldkring.web import (
    chat_urls,
    delivery_urls,
    demo_urls,
    figures_urls,
    growth_urls,
    leaving_urls,
    member_urls,
    members_urls,
    neighbourhoods_urls,
    police_urls,
    public_urls,
    publicity_urls,
    running_urls,
    sign_up_urls,
    steering_urls,
)

urlpatterns = [
    *member_urls.urlpatterns,
    *steering_urls.urlpatterns,
    *members_urls.urlpatterns,
    *leaving_urls.urlpatterns,
    *police_urls.urlpatterns,
    *running_urls.urlpatterns,
    *growth_urls.urlpatterns,
    *neighbourhoods_urls.urlpatterns,
    *delivery_urls.urlpatterns,
    *publicity_urls.urlpatterns,
    *chat_urls.urlpatterns,
    *figures_urls.urlpatterns,
]
if settings.DEMO:
    urlpatterns += demo_urls.urlpatterns
urlpatterns += [*public_urls.urlpatterns, *sign_up_urls.urlpatterns]
