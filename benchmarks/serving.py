"""The record page and the list, signed in and audited, beside a one-query and a constant page on the same server."""

import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, suppress
from statistics import median
from typing import Any

from benchmarks.place import Place
from benchmarks.timing import ratio
from tests import running

PERSON = "manager"
ROUNDS = 3
CONNECTIONS = (1, 32)
LISTS = 8


class Browser:
    """Somebody signed in: their cookies, and the customers they may open."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        token = self._token(self.get("/sign-in/"))
        self.post("/sign-in/persona/", csrfmiddlewaretoken=token, persona=PERSON)
        self.token = self._token(self.get("/customers/"))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **form: str) -> str:
        with self.opener.open(self.url + path, urllib.parse.urlencode(form).encode(), timeout=60) as answer:
            return str(answer.read().decode())

    def subjects(self) -> list[str]:
        """Several hundred customers."""
        found: dict[str, None] = {}
        for text in ("佐藤", "鈴木", "高橋", "田中", "伊藤", "山本", "中村", "小林"):
            page = self.post("/customers/", csrfmiddlewaretoken=self.token, q=text)
            found.update(dict.fromkeys(re.findall(r"/customers/([0-9a-f-]{36})/", page)))
        return list(found)

    def _token(self, page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if found is None:
            raise LookupError("no form on the page")
        return found[1]

    def head(self, port: int) -> str:
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.cookies)
        return f"Host: localhost:{port}\r\nCookie: {cookies}\r\nAccept-Language: ja\r\n"


def measure(place: Place, seconds: float) -> dict[str, Any]:
    """Loads in turn, several rounds; medians."""
    with ExitStack() as stack:
        served = place.serve()
        stack.callback(served.stop)
        port = running.free_port()
        reference = place.start("benchmarks.reference", str(port))
        stack.callback(reference.wait)
        stack.callback(reference.terminate)
        browser = Browser(served.url)
        asked = _requests(browser, served.port, port)
        _await(port)
        taken: dict[str, dict[int, list[dict[str, Any]]]] = {name: {n: [] for n in CONNECTIONS} for name in asked}
        for connections in CONNECTIONS:
            for _round in range(ROUNDS):
                for name, (where, requests) in asked.items():
                    taken[name][connections].append(_load(where, requests, connections, seconds))
    return _table(taken)


def _await(port: int) -> None:
    """Until the references answer."""
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise TimeoutError("the references do not answer")


def _requests(browser: Browser, port: int, other: int) -> dict[str, tuple[int, list[str]]]:
    head, subjects = browser.head(port), browser.subjects()
    plain = f"Host: localhost:{other}\r\n"
    inside = f"Host: localhost:{other}\r\nAccept-Language: ja\r\n"
    hexadecimal = (subject.replace("-", "") for subject in subjects)
    texts = ("佐藤", "鈴木", "サトウ", "田中", "伊藤", "山本", "中村", "小林")[:LISTS]
    return {
        "record": (port, [f"GET /customers/{one}/ HTTP/1.1\r\n{head}\r\n" for one in subjects]),
        "list of 50": (port, [_search(head, browser.token, text) for text in texts]),
        "one query, inside": (other, [f"GET /inside/{one} HTTP/1.1\r\n{inside}\r\n" for one in subjects]),
        "one query": (other, [f"GET /one/{one} HTTP/1.1\r\n{plain}\r\n" for one in hexadecimal]),
        "constant": (other, [f"GET /constant HTTP/1.1\r\n{plain}\r\n"]),
    }


def _search(head: str, token: str, text: str) -> str:
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "q": text})
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    return f"POST /customers/ HTTP/1.1\r\n{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}"


def _load(port: int, requests: list[str], connections: int, seconds: float) -> dict[str, Any]:
    asked = json.dumps({"port": port, "requests": requests, "connections": connections, "seconds": seconds})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"], input=asked, stdout=subprocess.PIPE, text=True, check=True,
        cwd=running.ROOT, timeout=seconds + 60,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def _table(taken: dict[str, dict[int, list[dict[str, Any]]]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for connections in CONNECTIONS:
        rates = {name: median(one["rate"] for one in found[connections]) for name, found in taken.items()}
        for name, found in taken.items():
            rounds = found[connections]
            table[f"{name}, {connections} connections"] = {
                "rate": rates[name],
                "p50": median(one["p50"] for one in rounds),
                "p95": median(one["p95"] for one in rounds),
                "of_inside": ratio(rates[name], rates["one query, inside"]),
                "of_one_query": ratio(rates["one query"], rates[name]),
                "of_constant": ratio(rates["constant"], rates[name]),
                "wrong": sum(one["wrong"] for one in rounds),
            }
    return {"loads": table}
