"""The addresses of what has to do with being told: channels, quiet hours, stopping."""

from django.urls import path

from meldkring.web.channels import accounts, binding, devices, offline, phone, unsubscribe, wordings

urlpatterns = [
    path("stop/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("ik/meldingen/", phone.phone, name="phone"),
    path("ik/meldingen/aan/", phone.switch_on, name="phone_switch_on"),
    path("ik/meldingen/iphone/", phone.on_iphone, name="phone_on_iphone"),
    path("ik/meldingen/stil/", phone.quiet, name="phone_quiet"),
    path("ik/meldingen/dempen/", phone.mute, name="phone_mute"),
    path("ik/meldingen/koppelen/<slug:name>/", binding.page, name="binding"),
    path("ik/meldingen/test/<uuid:pk>/", phone.test, name="phone_test"),
    path("ik/meldingen/<int:pk>/<slug:name>/", phone.deed, name="phone_deed"),
    path("beheer/kanalen/", accounts.page, name="channels"),
    path("beheer/kanalen/<slug:name>/maximum/", accounts.ceiling, name="channel_ceiling"),
    path("beheer/kanalen/whatsapp/teksten/", wordings.page, name="wordings"),
    path("beheer/kanalen/whatsapp/teksten/vraag/", wordings.ask, name="wordings_ask"),
    path("push/ontvangen/", devices.received, name="push_received"),
    path("push/vernieuwd/", devices.renewed, name="push_renewed"),
    path("push/gestopt/", devices.stopped, name="push_stopped"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("sw.js", offline.worker, name="worker"),
    path("geen-verbinding/", offline.offline, name="offline"),
    path("versturen/", offline.sending, name="sending"),
]
