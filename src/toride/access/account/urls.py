"""Addresses of one's own sign-in."""

from django.urls import path

from toride.access.account import passkey_only, recovery_views, views

urlpatterns = [
    path("me/", views.account, name="account"),
    path("me/password/", views.password, name="account_password"),
    path("me/factor/", views.first_factor, name="account_first_factor"),
    path("me/factor/app/", views.app, name="account_app"),
    path("me/factor/passkey/", views.passkey, name="account_passkey"),
    path("me/factor/codes/", views.codes, name="account_codes"),
    path("me/factor/<uuid:factor>/remove/", views.factor_remove, name="account_factor_remove"),
    path("me/session/<uuid:visit>/end/", views.session_end, name="account_session_end"),
    path("me/sessions/end/", views.sessions_end, name="account_sessions_end"),
    path("me/devices/", views.recognise, name="account_recognise"),
    path("sign-in/second/", views.second, name="sign_in_factor"),
    path("sign-in/passkey/", passkey_only.sign_in, name="sign_in_passkey"),
    path("sign-in/forgotten/", recovery_views.forgotten, name="sign_in_forgotten"),
    path("sign-in/start/", recovery_views.start, name="sign_in_start"),
    path("sign-in/start/password/", recovery_views.renew, name="sign_in_renew"),
]
