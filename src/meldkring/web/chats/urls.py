"""The addresses of the pages about WhatsApp groups that people run themselves."""

from django.urls import path

from meldkring.web.chats import export, groups, placing

urlpatterns = [
    path("whatsapp/", groups.overview, name="chat_groups"),
    path("whatsapp/bij/<int:pk>/", groups.begin, name="chat_begin"),
    path("whatsapp/<int:pk>/", groups.lists, name="chat_group"),
    path("whatsapp/<int:pk>/afvinken/", groups.tick, name="chat_tick"),
    path("whatsapp/<int:pk>/terug/", groups.undo, name="chat_undo"),
    path("whatsapp/<int:pk>/instellingen/", groups.settings, name="chat_settings"),
    path("whatsapp/<int:pk>/stoppen/", groups.end, name="chat_end"),
    path("whatsapp/<int:pk>/meedoen/", groups.take_part, name="chat_take_part"),
    path("whatsapp/<int:pk>/inlezen/", export.upload, name="chat_upload"),
    path("whatsapp/inlezen/<int:pk>/", export.overview, name="chat_reading"),
    path("whatsapp/inlezen/<int:pk>/mensen/", export.people, name="chat_reading_people"),
    path("whatsapp/inlezen/<int:pk>/gesprekken/", export.parts, name="chat_reading_parts"),
    path("whatsapp/inlezen/<int:pk>/gesprekken/<int:number>/", export.part, name="chat_reading_part"),
    path("whatsapp/inlezen/<int:pk>/cijfers/", export.figures, name="chat_reading_figures"),
    path("whatsapp/inlezen/<int:pk>/klaar/", export.done, name="chat_reading_done"),
    path("whatsapp/bericht/<int:pk>/", placing.assistant, name="chat_placing"),
    path("whatsapp/<int:pk>/geplaatst/<int:posting>/", placing.place, name="chat_place"),
    path("whatsapp/geplaatst/<int:pk>/terug/", placing.undo, name="chat_unplace"),
]
