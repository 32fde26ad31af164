"""Sign-in, home and the matrix. Of allauth only what is named here is reachable."""

from allauth.account import views as account
from django.conf import settings
from django.urls import path

from toride.access import views
from toride.access.personas import PERSONAS
from toride.base.guard import open_to_all

for _view in (account.LoginView, account.LogoutView):
    open_to_all(_view)

urlpatterns = [
    path("", views.home, name="home"),
    path("access/matrix/", views.matrix_page, name="matrix"),
    path("sign-in/", account.LoginView.as_view(extra_context={"personas": PERSONAS}), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
]
if settings.DEMO:
    urlpatterns.append(path("sign-in/persona/", views.become, name="become"))
