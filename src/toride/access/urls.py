"""Sign-in, home and the matrix. Of allauth only what is named here is reachable."""

from allauth.account import views as account
from django.conf import settings
from django.urls import include, path

from toride.access import trail_by_number, views
from toride.access.signin import resume, rules
from toride.access.signin.personas import AT_WORK
from toride.access.sso import providers
from toride.base.guard import open_to_all

for _view in (account.LoginView, account.LogoutView):
    open_to_all(_view)

AT_THE_DOOR = {"personas": AT_WORK, "sign_on": providers, "rules": rules}
ROOMS = ("approvals", "exceptions", "policies", "account", "people.admin", "machines", "reviews", "sso")
urlpatterns = [
    path("", views.home, name="home"),
    path("access/matrix/", views.matrix_page, name="matrix"),
    path("access/who-saw/", trail_by_number.by_number, name="who_saw_number"),
    path("me/again/", resume.again, name="again"),
    path("sign-in/", account.LoginView.as_view(extra_context=AT_THE_DOOR), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    *(path("", include(f"toride.access.{room}.urls")) for room in ROOMS),
]
if settings.DEMO:
    urlpatterns.append(path("sign-in/persona/", views.become, name="become"))
