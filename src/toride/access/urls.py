"""Sign-in, home and the matrix. Of allauth only what is named here is reachable."""

from allauth.account import views as account
from django.conf import settings
from django.urls import include, path

from toride.access import (
    again,
    approval_pages,
    duty_pages,
    glass_pages,
    policy_pages,
    rules,
    temporary_pages,
    tracing,
    views,
)
from toride.access.personas import AT_WORK
from toride.access.sso import providers
from toride.base.guard import open_to_all

for _view in (account.LoginView, account.LogoutView):
    open_to_all(_view)

AT_THE_DOOR = {"personas": AT_WORK, "sign_on": providers, "rules": rules}
urlpatterns = [
    path("", views.home, name="home"),
    path("access/matrix/", views.matrix_page, name="matrix"),
    path("access/draft/", policy_pages.draft, name="policy_draft"),
    path("access/draft/try/", policy_pages.attempt, name="policy_try"),
    path("access/draft/ask/", policy_pages.ask, name="policy_ask"),
    path("access/draft/discard/", policy_pages.discard, name="policy_discard"),
    path("access/draft/restore/", policy_pages.restore, name="policy_restore"),
    path("access/draft/delivered/", duty_pages.take_up, name="policy_take_up"),
    path("access/draft/duties/", duty_pages.new, name="policy_duty_new"),
    path("access/draft/duties/<slug:role>/", duty_pages.change, name="policy_duty"),
    path("access/draft/duties/<slug:role>/remove/", duty_pages.remove, name="policy_duty_remove"),
    path("access/draft/<slug:role>/<str:action>/", policy_pages.cell, name="policy_cell"),
    path("access/glass/", glass_pages.reviews, name="glass_reviews"),
    path("access/glass/number/", glass_pages.reach, name="glass_reach"),
    path("access/glass/end/", glass_pages.end, name="glass_end"),
    path("access/glass/<uuid:subject>/", glass_pages.break_glass, name="glass"),
    path("access/glass/<uuid:number>/review/", glass_pages.review, name="glass_review"),
    path("access/temporary/<uuid:subject>/", temporary_pages.ask, name="temporary"),
    path("access/temporary/<uuid:number>/end/", temporary_pages.end, name="temporary_end"),
    path("access/keys/", policy_pages.keys, name="keys"),
    path("access/why/", policy_pages.why, name="why"),
    path("access/who-saw/", tracing.by_number, name="who_saw_number"),
    path("me/again/", again.again, name="again"),
    path("approvals/", approval_pages.approvals_page, name="approvals"),
    path("approvals/<uuid:number>/", approval_pages.approval, name="approval"),
    path("approvals/<uuid:number>/decide/", approval_pages.decide, name="approval_decide"),
    path("approvals/<uuid:number>/answer/", approval_pages.answer, name="approval_answer"),
    path("people/<uuid:person>/change/", approval_pages.person_change, name="person_change"),
    path("sign-in/", account.LoginView.as_view(extra_context=AT_THE_DOOR), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("", include("toride.access.account.urls")),
    path("", include("toride.access.staff.urls")),
    path("", include("toride.access.machines.urls")),
    path("", include("toride.access.reviews.urls")),
    path("", include("toride.access.sso.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("sign-in/persona/", views.become, name="become"))
