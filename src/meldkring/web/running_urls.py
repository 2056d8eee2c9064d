"""The addresses of the pages with which a steering group runs itself, its district's settings, and the first page of an empty installation."""

from django.urls import URLPattern, path

from meldkring.web import duty_pages, exercise, first_run, running, settings_pages

urlpatterns: list[URLPattern] = [
    path("stuurgroep/", running.running, name="running"),
    path("stuurgroep/<int:pk>/<slug:deed>/", running.act, name="running_act"),
    path("stuurgroep/dienst/", duty_pages.rota, name="duty"),
    path("stuurgroep/<int:pk>/dienst/neem/", duty_pages.take, name="duty_take"),
    path("stuurgroep/<int:pk>/dienst/verdeel/", duty_pages.fill, name="duty_fill"),
    path("stuurgroep/dienst/<int:pk>/geef/", duty_pages.give, name="duty_give"),
    path("stuurgroep/dienst/<int:pk>/weg/", duty_pages.drop, name="duty_drop"),
    path("instellingen/<slug:slug>/", settings_pages.district, name="district_settings"),
    path("oefening/", exercise.exercise, name="exercise"),
    path("begin/", first_run.begin, name="begin"),
]
