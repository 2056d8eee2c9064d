"""The addresses as they are in the demo, for tests that run outside it."""

from meldkring.config import urls
from meldkring.web.demo import urls as demo_urls

urlpatterns = [*urls.urlpatterns, *demo_urls.urlpatterns]
