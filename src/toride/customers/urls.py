"""Addresses of the customers' pages."""

from django.urls import include, path

from toride.customers import views
from toride.customers.finding import views as finding
from toride.customers.finding.declaration import CUSTOMERS
from toride.customers.handing import views as handing
from toride.lists.urls import addresses

urlpatterns = [
    path("customers/", include(addresses(CUSTOMERS, finding.customers))),
    path("customers/find/", finding.find, name="find"),
    path("customers/handover/", handing.begin, name="handover"),
    path("customers/handover/<uuid:number>/", handing.handover, name="handover_one"),
    path("customers/new/", views.create, name="customer_new"),
    path("customers/new/owners/", views.owners, name="customer_owners"),
    path("customers/new/likely/", views.likely, name="customer_likely"),
    path("customers/postcode/", views.postcode, name="postcode"),
    path("imports/", include("toride.customers.imports.urls")),
    path("customers/<uuid:subject>/", views.profile, name="profile"),
    path("customers/<uuid:subject>/peek/", finding.peek, name="customer_peek"),
    path("customers/<uuid:subject>/star/", finding.star, name="customer_star"),
    path("customers/<uuid:subject>/change/", views.change, name="customer_change"),
    path("customers/<uuid:subject>/history/", views.history, name="customer_history"),
    path("customers/<uuid:subject>/apart/", views.set_apart, name="customer_apart"),
    path("customers/<uuid:subject>/apart/end/", views.end_apart, name="customer_apart_end"),
    path("customers/<uuid:subject>/reveal/", views.reveal, name="customer_reveal"),
]
