"""The draft of the policy, its roles, the keys, and why somebody sees something."""

from django.urls import path

from toride.access.policies import role_views, views

urlpatterns = [
    path("access/draft/", views.draft, name="policy_draft"),
    path("access/draft/try/", views.attempt, name="policy_try"),
    path("access/draft/ask/", views.ask, name="policy_ask"),
    path("access/draft/discard/", views.discard, name="policy_discard"),
    path("access/draft/restore/", views.restore, name="policy_restore"),
    path("access/draft/delivered/", role_views.take_up, name="policy_take_up"),
    path("access/draft/duties/", role_views.new, name="policy_duty_new"),
    path("access/draft/duties/<slug:role>/", role_views.change, name="policy_duty"),
    path("access/draft/duties/<slug:role>/remove/", role_views.remove, name="policy_duty_remove"),
    path("access/draft/<slug:role>/<str:action>/", views.cell, name="policy_cell"),
    path("access/keys/", views.keys, name="keys"),
    path("access/why/", views.why, name="why"),
]
