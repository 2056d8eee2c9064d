"""The addresses of a steering member's and an officer's pages."""

from django.urls import path

from meldkring.web.steering import desk, group, own_words, posting

urlpatterns = [
    path("beoordelen/", desk.desk, name="desk"),
    path("beoordelen/bericht/<int:pk>/", desk.judge, name="desk_judge"),
    path("beoordelen/bericht/<int:pk>/laat-zien/", desk.release, name="desk_release"),
    path("beoordelen/bericht/<int:pk>/verberg/", desk.hide, name="desk_hide"),
    path("beoordelen/oordeel/<int:pk>/terug/", desk.undo, name="desk_undo"),
    path("beoordelen/oordeel/<int:pk>/waarom/", desk.why, name="desk_why"),
    path("beoordelen/volgen/<int:pk>/stop/", desk.stop_following, name="desk_stop_following"),
    path("casus/<str:reference>/woorden/", own_words.words, name="case_words"),
    path("bericht/<int:pk>/woorden/", own_words.approve, name="words_approve"),
    path("woorden/<int:pk>/terug/", own_words.undo, name="words_undo"),
    path("groepen/<int:pk>/", group.group, name="group"),
    path("groepen/<int:pk>/meekijken/", group.screening, name="group_screening"),
    path("bericht/<int:pk>/", posting.posting, name="posting"),
    path("bericht/<int:pk>/verberg/", posting.hide, name="posting_hide"),
    path("bericht/<int:pk>/toon/", posting.show, name="posting_show"),
    path("bericht/<int:pk>/schrijf/", posting.write, name="posting_letter"),
]
