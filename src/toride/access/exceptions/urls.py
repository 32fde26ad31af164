"""Emergencies and temporary access."""

from django.urls import path

from toride.access.exceptions import emergency_views, temporary_views

urlpatterns = [
    path("access/glass/", emergency_views.reviews, name="glass_reviews"),
    path("access/glass/number/", emergency_views.reach, name="glass_reach"),
    path("access/glass/end/", emergency_views.end, name="glass_end"),
    path("access/glass/<uuid:subject>/", emergency_views.break_glass, name="glass"),
    path("access/glass/<uuid:number>/review/", emergency_views.review, name="glass_review"),
    path("access/temporary/<uuid:subject>/", temporary_views.ask, name="temporary"),
    path("access/temporary/<uuid:number>/end/", temporary_views.end, name="temporary_end"),
]
