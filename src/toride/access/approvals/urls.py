"""What waits for a second person."""

from django.urls import path

from toride.access.approvals import views

urlpatterns = [
    path("approvals/", views.approvals_page, name="approvals"),
    path("approvals/<uuid:number>/", views.approval, name="approval"),
    path("approvals/<uuid:number>/decide/", views.decide, name="approval_decide"),
    path("approvals/<uuid:number>/answer/", views.answer, name="approval_answer"),
    path("people/<uuid:person>/change/", views.person_change, name="person_change"),
]
