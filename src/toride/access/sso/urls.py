"""Addresses of single sign-on: at the door, and of the administrator."""

from django.urls import path

from toride.access.sso import pages, views

urlpatterns = [
    path("sign-in/on/<uuid:provider>/", views.begin, name="sign_on"),
    path("sign-in/on/<uuid:provider>/back/", views.back, name="sign_on_back"),
    path("sign-in/on/<uuid:provider>/prove/", views.prove, name="sign_on_prove"),
    path("sign-in/on/<uuid:provider>/end/", views.end, name="sign_on_end"),
    path("sign-in/on/<uuid:provider>/left/", views.left, name="sign_on_left"),
    path("sign-in/on/<uuid:provider>/post/", views.post, name="sign_on_post"),
    path("sign-in/on/<uuid:provider>/metadata/", views.about, name="sign_on_metadata"),
    path("sign-on/", pages.providers_page, name="providers"),
    path("sign-on/new/", pages.provider_new, name="provider_new"),
    path("sign-on/new/saml/", pages.provider_new_saml, name="provider_new_saml"),
    path("sign-on/<uuid:provider>/", pages.provider_change, name="provider"),
]
