"""Addresses of the pages of deals."""

from django.urls import include, path

from toride.lists.urls import addresses
from toride.sales import views
from toride.sales.deals import DEALS

urlpatterns = [
    path("deals/", include(addresses(DEALS, views.deals))),
    path("deals/board/", views.board, name="deals_board"),
    path("customers/<uuid:subject>/deals/", views.of_customer, name="customer_deals"),
    path("customers/<uuid:subject>/deals/new/", views.deal_new, name="deal_new"),
    path("customers/<uuid:subject>/deals/<uuid:deal>/", views.deal, name="deal"),
    path("customers/<uuid:subject>/deals/<uuid:deal>/change/", views.deal_change, name="deal_change"),
    path("customers/<uuid:subject>/deals/<uuid:deal>/move/", views.deal_move, name="deal_move"),
]
