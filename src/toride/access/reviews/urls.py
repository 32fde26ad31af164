"""Addresses of the pages of reviews."""

from django.urls import path

from toride.access.reviews import views

urlpatterns = [
    path("access-reviews/", views.campaigns, name="campaigns"),
    path("access-reviews/new/", views.campaign_new, name="campaign_new"),
    path("access-reviews/mine/", views.grants, name="grants"),
    path("access-reviews/mine/decide/", views.grants_decide, name="grants_decide"),
    path("access-reviews/mine/<uuid:person>/", views.grants_purposes, name="grants_purposes"),
    path("access-reviews/questions/", views.questions, name="questions"),
    path("access-reviews/questions/<uuid:item>/", views.question_answer, name="question_answer"),
    path("access-reviews/<uuid:campaign>/", views.campaign, name="campaign"),
    path("access-reviews/<uuid:campaign>/staff-file/", views.campaign_staff_file, name="campaign_staff_file"),
    path("access-reviews/<uuid:campaign>/close/", views.campaign_close, name="campaign_close"),
    path("access-reviews/<uuid:campaign>/result/", views.campaign_result, name="campaign_result"),
    path("access-reviews/<uuid:campaign>/document/", views.campaign_document, name="campaign_document"),
]
