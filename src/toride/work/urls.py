"""Addresses of the business calendar, of notifications and of items."""

from django.urls import path

from toride.work import views

urlpatterns = [
    path("calendar/", views.business_calendar, name="business_calendar"),
    path("me/notifications/", views.notifications, name="notifications"),
    path("work/<uuid:item>/finish/", views.item_finish, name="item_finish"),
]
