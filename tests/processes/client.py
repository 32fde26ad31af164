"""A browser without a face: cookies, forms, a persona; every step says what was answered."""

import http.client
import http.cookiejar
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.running import PATIENCE

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
REDIRECTS = 5


@dataclass(frozen=True)
class Answer:
    status: int
    path: str
    text: str
    headers: Message

    @property
    def location(self) -> str:
        """Where a redirect leads, without its query."""
        return urllib.parse.urlsplit(self.headers["Location"] or "").path


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like others: it acknowledges what was posted."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Client:
    """One person at one browser. Raises OSError where no answer came: then nothing was acknowledged."""

    def __init__(self, url: str, trusted: ssl.SSLContext | None = None, timeout: float = PATIENCE) -> None:
        self.url, self.timeout = url, timeout
        self.jar = http.cookiejar.CookieJar()
        handlers: list[Any] = [urllib.request.HTTPCookieProcessor(self.jar), _Stay()]
        if trusted is not None:
            handlers.append(urllib.request.HTTPSHandler(context=trusted))
        self.opener = urllib.request.build_opener(*handlers)
        self.csrf = ""

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, **fields: str) -> Answer:
        content = urllib.parse.urlencode({"csrfmiddlewaretoken": self.csrf, **fields}).encode()
        return self._ask(urllib.request.Request(self.url + path, content, {"Referer": self.url + path}))

    def follow(self, answer: Answer) -> Answer:
        for _ in range(REDIRECTS):
            if answer.status not in {301, 302}:
                break
            answer = self.get(answer.location)
        return answer

    def become(self, persona: str) -> Answer:
        """Signs in as a persona and comes home."""
        self.get("/sign-in/")
        return self.follow(self.post("/sign-in/persona/", persona=persona))

    def _ask(self, request: urllib.request.Request) -> Answer:
        path = urllib.parse.urlsplit(request.full_url).path
        try:
            with self._open(request) as response:
                answer = Answer(response.status or 0, path, response.read().decode(), response.headers)
        except (http.client.HTTPException, ValueError) as error:  # an answer that broke off, of an error too
            raise OSError(type(error).__name__) from None
        if found := TOKEN.search(answer.text):
            self.csrf = found[1]
        return answer

    def _open(self, request: urllib.request.Request) -> Any:
        try:
            return self.opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            return error
