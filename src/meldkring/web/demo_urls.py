"""The addresses of the demo's bar and of its pretend WhatsApp; `urls.py` takes them up in the demo only."""

from django.urls import path

from meldkring.web import demo, demo_chat

urlpatterns = [
    path("demo/als/<int:pk>/", demo.demo_as, name="demo_as"),
    path("demo/speel-af/", demo.demo_play, name="demo_play"),
    path("demo/telefoon/", demo_chat.chat, name="demo_chat"),
    path("demo/telefoon/regels/", demo_chat.lines, name="demo_chat_lines"),
    path("demo/telefoon/typ/", demo_chat.say, name="demo_chat_say"),
    path("demo/telefoon/druk/", demo_chat.press, name="demo_chat_press"),
    path("demo/telefoon/storing/", demo_chat.mishap, name="demo_chat_mishap"),
    path("demo/whatsapp/<path:path>", demo_chat.provider, name="demo_provider"),
]
