"""The addresses of the pages, in Dutch because people read them."""

from django.conf import settings

from meldkring.web import demo_urls, member_urls, steering_urls

urlpatterns = [*member_urls.urlpatterns, *steering_urls.urlpatterns]
if settings.DEMO:
    urlpatterns += demo_urls.urlpatterns
