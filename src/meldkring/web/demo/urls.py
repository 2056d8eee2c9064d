"""The addresses of the demo's bar and of its pretend WhatsApp; `web/urls.py` takes them up in the demo only."""

from django.urls import path

from meldkring.web.demo import bar, chat

urlpatterns = [
    path("demo/als/<int:pk>/", bar.demo_as, name="demo_as"),
    path("demo/speel-af/", bar.demo_play, name="demo_play"),
    path("demo/telefoon/", chat.chat, name="demo_chat"),
    path("demo/telefoon/regels/", chat.lines, name="demo_chat_lines"),
    path("demo/telefoon/typ/", chat.say, name="demo_chat_say"),
    path("demo/telefoon/druk/", chat.press, name="demo_chat_press"),
    path("demo/telefoon/storing/", chat.mishap, name="demo_chat_mishap"),
    path("demo/whatsapp/<path:path>", chat.provider, name="demo_provider"),
]
