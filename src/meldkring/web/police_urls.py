"""The addresses of the pages about the police: the officer's one page, placing a message, its mails, who the officer is."""

from django.urls import URLPattern, path

from meldkring.web import police, police_mail, police_room

urlpatterns: list[URLPattern] = [
    path("politie/", police_room.room, name="police_room"),
    path("politie/agent/voorstel/<slug:slug>/", police_room.propose, name="officer_propose"),
    path("politie/agent/<int:pk>/bevestig/", police_room.confirm, name="officer_confirm"),
    path("politie/agent/<int:pk>/stop/", police_room.end, name="officer_end"),
    path("politie/agent/<int:pk>/tweede-stap/", police_room.second_step, name="officer_second_step"),
    path("politie/kaart/<slug:slug>/", police_room.card, name="contact_card"),
    path("politie/kaart/<slug:slug>/overdragen/", police_room.hand_over, name="contact_hand_over"),
    path("politie/kaart/<slug:slug>/bevestig/", police_room.confirm_card, name="contact_confirm"),
    path("politie/adres/<int:group>/", police_mail.address, name="police_address"),
    path("politie/post/", police_mail.mails, name="police_mails"),
    path("politie/post/<int:pk>/", police_mail.mail, name="police_mail"),
    path("politie/post/<int:pk>/weiger/", police_mail.refuse, name="police_mail_refuse"),
    path("politiebericht/", police.police, name="police"),
    path("politiebericht/bereik/", police.reach, name="police_reach"),
    path("casus/<str:reference>/verlengen/", police.extend, name="case_extend"),
    path("casus/<str:reference>/schrijf/<int:group>/", police.write, name="case_write_holder"),
]
