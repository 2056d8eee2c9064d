"""The addresses of the pages, in Dutch because people read them. A district's own address comes last: it may be any word that is not taken."""

from django.conf import settings

from meldkring.web.channels import urls as channels
from meldkring.web.chats import urls as chats
from meldkring.web.demo import urls as demo
from meldkring.web.growth import urls as growth
from meldkring.web.member import urls as member
from meldkring.web.membership import urls as membership
from meldkring.web.municipality import urls as municipality
from meldkring.web.police import urls as police
from meldkring.web.publicity import urls as publicity
from meldkring.web.running import urls as running
from meldkring.web.steering import urls as steering
from meldkring.web.visitors import urls as visitors

ROOMS = [member, steering, membership, police, running, growth, channels, publicity, chats, municipality]
if settings.DEMO:
    ROOMS.append(demo)

urlpatterns = [address for room in [*ROOMS, visitors] for address in room.urlpatterns]
