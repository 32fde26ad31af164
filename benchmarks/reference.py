"""The references of pages on the same server with the same settings: two outside the product, one inside it."""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from multiprocessing import set_start_method
from typing import Any

CONSTANT = b"<!doctype html><title>constant</title>" + b"<p>constant</p>" * 1_000
PAGE = "<!doctype html><title>one query</title><dl><dt>branch</dt><dd>{}</dd><dt>since</dt><dd>{}</dd></dl>"
SQL = "SELECT branch_id, created FROM customers_customer WHERE subject_id = {}"
Start = Callable[[str, list[tuple[str, str]]], Any]
_kept = threading.local()
_product: list[Any] = []  # the product's application, made before the workers are forked


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path.startswith("/inside/"):
        return _product[0](environ, start)  # type: ignore[no-any-return]
    body = CONSTANT if path == "/constant" else _one_query(path.rpartition("/")[2])
    start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _one_query(subject: str) -> bytes:
    found = _connection().execute(SQL.format("%s" if _on_server() else "?"), [subject]).fetchone()
    return PAGE.format(*found).encode()


def _on_server() -> bool:
    return "TORIDE_DATABASE_URL" in os.environ


def _connection() -> Any:
    if not hasattr(_kept, "connection"):
        if _on_server():
            import psycopg

            _kept.connection = psycopg.connect(os.environ["TORIDE_DATABASE_URL"], autocommit=True)
        else:
            import sqlite3

            _kept.connection = sqlite3.connect(f"{os.environ['TORIDE_HOME']}/data/toride.db")
    return _kept.connection


def main(port: int) -> None:
    import django
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server

    django.setup()
    from benchmarks import inside

    _product.append(inside.application())
    set_start_method("fork")
    Server(
        "benchmarks.reference:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI,
        http=HTTPModes.auto, workers=2, blocking_threads=1, log_enabled=False,
    ).serve(target_loader=lambda: application, wrap_loader=False)  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
