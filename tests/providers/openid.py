"""An OpenID provider: `python -m tests.providers.openid PORT REDIRECT_URI` serves until it is ended."""

import socketserver
import sys
import tempfile
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.providers import CLIENT, PASSWORD, SECRET

PAGE = "<!doctype html><link rel=icon href=data:,><title>行員認証</title><form method=post>{% csrf_token %}{{ form }}<button>入る</button></form>"


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


def configure(folder: Path, issuer: str) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key = rsa.generate_private_key(65537, 2048).private_bytes(*form).decode()
    settings.configure(
        SECRET_KEY="for tests", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=addresses, USE_TZ=True, LOGIN_URL="/login/",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "op.db"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", {"login.html": PAGE})]}}],
        OAUTH2_PROVIDER={"OIDC_ENABLED": True, "OIDC_RSA_PRIVATE_KEY": key, "OIDC_ISS_ENDPOINT": issuer,
                         "PKCE_REQUIRED": True, "OAUTH2_VALIDATOR_CLASS": "tests.providers.claims.Validator",
                         "SCOPES": {"openid": "", "profile": "", "email": ""}},
    )  # fmt: skip


class addresses:  # noqa: N801 - stands for a module of addresses
    urlpatterns: list[object] = []


def serve(port: int, redirect: str) -> None:
    import django
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder), f"http://127.0.0.1:{port}/o")
        django.setup()
        from django.contrib.auth.models import User
        from django.contrib.auth.views import LoginView
        from django.core.wsgi import get_wsgi_application
        from django.urls import include, path
        from oauth2_provider.models import Application

        login = LoginView.as_view(template_name="login.html")
        addresses.urlpatterns = [path("o/", include("oauth2_provider.urls")), path("login/", login)]
        call_command("migrate", verbosity=0)
        User.objects.create_user("teller", "teller@example.jp", PASSWORD)
        User.objects.create_user("stranger", "stranger@example.jp", PASSWORD)
        Application.objects.create(
            client_id=CLIENT, client_secret=SECRET, redirect_uris=redirect, client_type="confidential",
            authorization_grant_type="authorization-code", algorithm="RS256", skip_authorization=True,
        )  # fmt: skip
        make_server("127.0.0.1", port, get_wsgi_application(), Server, Quiet).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
