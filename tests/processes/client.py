"""A browser without a face: cookies, forms, a persona; every step says what was answered."""

import http.cookiejar
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str
    headers: object


class Client:
    """One person at one browser. Raises OSError where no answer came: then nothing was acknowledged."""

    def __init__(self, url: str, trusted: ssl.SSLContext | None = None, timeout: float = 20) -> None:
        self.url, self.timeout = url, timeout
        self.jar = http.cookiejar.CookieJar()
        handlers = [urllib.request.HTTPCookieProcessor(self.jar)]
        if trusted is not None:
            handlers.append(urllib.request.HTTPSHandler(context=trusted))
        self.opener = urllib.request.build_opener(*handlers)
        self.csrf = ""

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, **fields: str) -> Answer:
        content = urllib.parse.urlencode({"csrfmiddlewaretoken": self.csrf, **fields}).encode()
        return self._ask(urllib.request.Request(self.url + path, content, {"Referer": self.url + path}))

    def become(self, persona: str) -> Answer:
        self.get("/sign-in/")
        return self.post("/sign-in/persona/", persona=persona)

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=self.timeout) as response:
                answer = Answer(response.status, response.url, response.read().decode(), response.headers)
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, error.url, error.read().decode(), error.headers)
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(type(error).__name__) from None
        if found := TOKEN.search(answer.text):
            self.csrf = found[1]
        return answer
