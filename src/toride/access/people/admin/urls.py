"""Addresses of the administrator's pages of sign-in."""

from django.urls import path

from toride.access.people.admin import reporting_views, views

urlpatterns = [
    path("sign-in-rules/", views.rules_page, name="sign_in_rules"),
    path("sign-in-rules/passwords/", views.rules_passwords, name="sign_in_rules_passwords"),
    path("sign-in-rules/stored/", views.rules_confirm, name="sign_in_rules_confirm"),
    path("sign-in-rules/duty/<slug:role>/", views.rules_duty, name="sign_in_rules_duty"),
    path("people/", views.people_page, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<uuid:person>/unlock/", views.person_unlock, name="person_unlock"),
    path("people/<uuid:person>/sign-out/", views.person_sign_out, name="person_sign_out"),
    path("people/<uuid:person>/lost/", views.person_lost, name="person_lost"),
    path("people/<uuid:person>/start/", views.person_start, name="person_start"),
    path("people/<uuid:person>/reporting/", reporting_views.person_reporting, name="person_reporting"),
    path("people/<uuid:person>/end/", views.person_end, name="person_end"),
]
