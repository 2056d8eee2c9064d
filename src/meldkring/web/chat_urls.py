"""The addresses of the pages about WhatsApp groups that people run themselves."""

from django.urls import path

from meldkring.web import chat_export, chat_groups, chat_placing

urlpatterns = [
    path("whatsapp/", chat_groups.overview, name="chat_groups"),
    path("whatsapp/bij/<int:pk>/", chat_groups.begin, name="chat_begin"),
    path("whatsapp/<int:pk>/", chat_groups.lists, name="chat_group"),
    path("whatsapp/<int:pk>/afvinken/", chat_groups.tick, name="chat_tick"),
    path("whatsapp/<int:pk>/terug/", chat_groups.undo, name="chat_undo"),
    path("whatsapp/<int:pk>/instellingen/", chat_groups.settings, name="chat_settings"),
    path("whatsapp/<int:pk>/stoppen/", chat_groups.end, name="chat_end"),
    path("whatsapp/<int:pk>/meedoen/", chat_groups.take_part, name="chat_take_part"),
    path("whatsapp/<int:pk>/inlezen/", chat_export.upload, name="chat_upload"),
    path("whatsapp/inlezen/<int:pk>/", chat_export.overview, name="chat_reading"),
    path("whatsapp/inlezen/<int:pk>/mensen/", chat_export.people, name="chat_reading_people"),
    path("whatsapp/inlezen/<int:pk>/gesprekken/", chat_export.parts, name="chat_reading_parts"),
    path("whatsapp/inlezen/<int:pk>/gesprekken/<int:number>/", chat_export.part, name="chat_reading_part"),
    path("whatsapp/inlezen/<int:pk>/cijfers/", chat_export.figures, name="chat_reading_figures"),
    path("whatsapp/inlezen/<int:pk>/klaar/", chat_export.done, name="chat_reading_done"),
    path("whatsapp/bericht/<int:pk>/", chat_placing.assistant, name="chat_placing"),
    path("whatsapp/<int:pk>/geplaatst/<int:posting>/", chat_placing.place, name="chat_place"),
    path("whatsapp/geplaatst/<int:pk>/terug/", chat_placing.undo, name="chat_unplace"),
]
