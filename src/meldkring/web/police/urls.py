"""The addresses of the pages about the police: the officer's one page, placing a message, its mails, who the officer is."""

from django.urls import URLPattern, path

from meldkring.web.police import mail, messages, room

urlpatterns: list[URLPattern] = [
    path("politie/", room.room, name="police_room"),
    path("politie/agent/voorstel/<slug:slug>/", room.propose, name="officer_propose"),
    path("politie/agent/<int:pk>/bevestig/", room.confirm, name="officer_confirm"),
    path("politie/agent/<int:pk>/stop/", room.end, name="officer_end"),
    path("politie/agent/<int:pk>/tweede-stap/", room.second_step, name="officer_second_step"),
    path("politie/kaart/<slug:slug>/", room.card, name="contact_card"),
    path("politie/kaart/<slug:slug>/overdragen/", room.hand_over, name="contact_hand_over"),
    path("politie/kaart/<slug:slug>/bevestig/", room.confirm_card, name="contact_confirm"),
    path("politie/adres/<int:group>/", mail.address, name="police_address"),
    path("politie/post/", mail.mails, name="police_mails"),
    path("politie/post/<int:pk>/", mail.mail, name="police_mail"),
    path("politie/post/<int:pk>/weiger/", mail.refuse, name="police_mail_refuse"),
    path("politiebericht/", messages.police, name="police"),
    path("politiebericht/bereik/", messages.reach, name="police_reach"),
    path("casus/<str:reference>/verlengen/", messages.extend, name="case_extend"),
    path("casus/<str:reference>/schrijf/<int:group>/", messages.write, name="case_write_holder"),
]
