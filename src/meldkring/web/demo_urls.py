"""The addresses of the demo's bar; `urls.py` takes them up in the demo only."""

from django.urls import path

from meldkring.web import demo

urlpatterns = [
    path("demo/als/<int:pk>/", demo.demo_as, name="demo_as"),
    path("demo/speel-af/", demo.demo_play, name="demo_play"),
]
