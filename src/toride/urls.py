"""Every address of the product."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

from toride.base.guard import open_to_all


@open_to_all
def health(request: HttpRequest) -> HttpResponse:
    """Says only that this process answers."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


open_to_all(set_language)

urlpatterns = [
    path("", include("toride.customers.urls")),  # asked for most
    path("", include("toride.sales.urls")),
    path("", include("toride.access.urls")),
    path("", include("toride.disclosure.urls")),
    path("", include("toride.work.urls")),
    path("audit/", include("toride.audit.urls")),
    path("api/", include("toride.api.urls")),
    path("scim/v2/", include("toride.scim.urls")),
    path("language/", set_language, name="set_language"),
    path("health", health, name="health"),
    path("", include("toride.ui.urls")),
]
handler400 = "toride.ui.views.bad"
handler404 = "toride.ui.views.missing"
handler500 = "toride.ui.views.broken"
