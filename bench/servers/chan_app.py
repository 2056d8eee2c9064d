"""What people would write with Django Channels: a consumer, the ORM on SQLite, the in-memory layer."""

# ruff: noqa: E402, I001, UP031, D
import json
import os

from django.conf import settings

DB = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ["CHAN_FILE"],
    "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", "transaction_mode": "IMMEDIATE"},
}
settings.configure(
    SECRET_KEY="x",
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": DB},
    DEBUG=False,
    INSTALLED_APPS=["channels"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}},
)
import django

django.setup()
from django.core.asgi import get_asgi_application
from django.db import connection, models
from django.urls import re_path
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer


class Message(models.Model):
    grp = models.IntegerField(db_index=True)
    at = models.DateTimeField(auto_now_add=True)
    body = models.TextField()

    class Meta:
        app_label = "channels"
        db_table = "message"


class Chat(AsyncWebsocketConsumer):
    async def connect(self):
        self.g = int(self.scope["url_route"]["kwargs"]["g"])
        self.name = "g%d" % self.g
        await self.channel_layer.group_add(self.name, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.name, self.channel_name)

    async def receive(self, text_data):
        body = json.loads(text_data)["body"]
        m = await database_sync_to_async(Message.objects.create)(grp=self.g, body=body)
        await self.channel_layer.group_send(self.name, {"type": "chat.message", "id": m.pk, "body": body})
        await self.send(text_data='{"ack":%d}' % m.pk)

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"id": event["id"], "body": event["body"]}))


if __name__ == "__main__":
    with connection.schema_editor() as e:
        e.create_model(Message)
else:
    socket = URLRouter([re_path(r"^ws/(?P<g>\d+)$", Chat.as_asgi())])
    application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": socket})
