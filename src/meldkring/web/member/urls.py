"""The addresses of a member's pages."""

from django.urls import path

from meldkring.web.member import case, case_acts, home, letters, me, my_data, my_email, report

urlpatterns = [
    path("", home.home, name="home"),
    path("melden/", report.report, name="report"),
    path("casus/<str:reference>/", case.case, name="case"),
    path("casus/<str:reference>/reageren/", case_acts.react, name="case_react"),
    path("casus/<str:reference>/gebeld/", case_acts.call, name="case_call"),
    path("casus/<str:reference>/nieuws/", case_acts.news, name="case_news"),
    path("casus/<str:reference>/overdragen/<int:group>/", case_acts.hand_over, name="case_hand_over"),
    path("casus/<str:reference>/afsluiten/", case_acts.close, name="case_close"),
    path("casus/<str:reference>/heropenen/", case_acts.reopen, name="case_reopen"),
    path("ik/", me.me, name="me"),
    path("ik/e-mail/", my_email.email, name="my_email"),
    path("ik/e-mail/code/", my_email.code, name="my_email_code"),
    path("ik/e-mail/code/opnieuw/", my_email.again, name="my_email_again"),
    path("e-mail-terug/<str:token>/", my_email.back, name="email_back"),
    path("ik/taal/", me.language, name="me_language"),
    path("ik/sleutels/", me.token, name="me_token"),
    path("ik/sleutels/<int:pk>/intrekken/", me.revoke, name="me_revoke"),
    path("ik/apparaten/<int:pk>/afmelden/", me.end_session, name="me_end_session"),
    path("ik/gegevens/", my_data.data, name="my_data"),
    path("ik/gegevens/bestand/", my_data.file, name="my_data_file"),
    path("ik/wissen/", my_data.erase, name="erase"),
    path("blijven/<str:token>/", my_data.stay, name="stay"),
    path("post/", letters.letters, name="letters"),
    path("post/<int:steering>/<int:resident>/", letters.letter, name="letter"),
    path("post/agent/<int:officer>/<int:resident>/", letters.officer_letter, name="officer_letter"),
]
