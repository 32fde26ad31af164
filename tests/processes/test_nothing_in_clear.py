"""After a day's work and its mishaps, nothing of a customer stands anywhere in clear: no file, log, process or dump."""

import contextlib
import csv
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.processes.client import Client
from tests.processes.drill import Stores, stores
from tests.processes.needles import Needles
from tests.processes.tree import descendants, named, until
from tests.running import Served, environment, toride

pytestmark = [pytest.mark.store, pytest.mark.requirement("K1", "K4", "C7", "C9")]

HEADINGS = ["顧客番号", "氏名", "フリガナ", "生年月日", "郵便番号", "住所", "電話番号", "メールアドレス", "備考"]
RURIE = ["0777-314159", "鷲尾 瑠璃絵", "ワシオ ルリエ", "1963/09/27", "980-0811",
         "宮城県仙台市青葉区月見草町9-47-11", "080-7719-4463", "rurie.washio@kingfisher.example.jp", "白鷺の会で紹介"]  # fmt: skip
WRONG = ["0777-314160", "猪苗代 鶴千代", "イナワシロ ツルチヨ", "1963/99/99", "", "", "12", "", ""]
IN_RECORD = ("瑠璃絵", "るりえ", "ルリエ", "ﾙﾘｴ", "ruri", "1963-09-27", "1963/09/27", "19630927", "月見草町",
             "080-7719-4463", "08077194463", "+818077194463", "kingfisher", "白鷺の会", "0777-314159", "0777314159")  # fmt: skip
IN_REJECTED = ("猪苗代", "鶴千代", "イナワシロ", "ツルチヨ", "1963/99/99")
TYPED = ("翡翠谷", "土筆野", "蕗之介", "hisuidani", "枇杷男", "金木犀")  # search, bad forms, addresses, sign-in
BROKEN = ("螢ヶ丘", "杜若子")  # in a file that cannot be read
PLANTED = (*IN_RECORD, *IN_REJECTED, *TYPED, *BROKEN)
RARE = ("瑠璃絵", "ルリエ", "月見草町", "kingfisher", "白鷺の会", "鶴千代", "翡翠谷", "蕗之介", "杜若子")
CONTROL = "みどり台支店"  # stands in clear by design: the name of a branch
ADDRESS = "/customers/new/"  # stands in the browser's history by design


@dataclass
class Day:
    """Where the day's traces are."""

    home: Path
    log: Path
    temporary: Path
    profile: Path
    where: Stores
    meanwhile: list[str]
    seen: list[str]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    with stores(os.environ.get("TORIDE_TEST_STORE", "sqlite")) as where:
        temporary = folder / "tmp"
        temporary.mkdir()
        more = {**where.more, "TMPDIR": str(temporary)}
        found = Day(folder / "home", folder / "home.log", temporary, folder / "profile", where, [], [])
        toride(found.home, "demo", "--no-serve", "--customers", "60", **more)
        server = Served(found.home, **more)
        watch, stop = watching(server, found.meanwhile)
        try:
            bring(folder, found, more)
            browse(server, found)
            mishaps(server, found)
            found.seen += Needles(PLANTED).in_folder(found.home)
        finally:
            stop.set()
            watch.join()
            server.stop()
        yield found


def watching(server: Served, found: list[str]) -> tuple[threading.Thread, threading.Event]:
    """Looks at command lines and environments, of the server's processes and of commands, all day."""
    stop, needles = threading.Event(), Needles(PLANTED)

    def look() -> None:
        while not stop.wait(0.1):
            found.extend(needles.in_processes([server.process.pid, *descendants(server.process.pid),
                                               *descendants(os.getpid())]))  # fmt: skip

    thread = threading.Thread(target=look)
    thread.start()
    return thread, stop


def bring(folder: Path, found: Day, more: dict[str, str]) -> None:
    """A good file with one bad row; a file that breaks off inside quotation marks."""
    good, bad = folder / "customers.csv", folder / "broken.csv"
    with good.open("w", encoding="cp932", newline="") as target:
        csv.writer(target).writerows([HEADINGS, RURIE, WRONG])
    bad.write_text("\n".join([",".join(HEADINGS[:3]), '0777-314161,"螢ヶ丘 杜若子,']), encoding="utf-8")
    act = ("--as", "steward", "--purpose", "data-care")
    done = toride(found.home, "import", str(good), *act, "--branch", "002", "--strict", "--json", **more)
    assert '"created": 1' in done.stdout, done.stdout + done.stderr
    assert '"rejected": 1' in done.stdout, done.stdout
    failed = toride(found.home, "import", str(bad), *act, check=False, **more)
    assert failed.returncode or "opened and not closed" in failed.stdout + failed.stderr, failed.stderr
    found.seen += Needles(PLANTED).in_bytes((done.stdout + done.stderr + failed.stdout + failed.stderr).encode(), "CLI")


def browse(server: Served, found: Day) -> None:
    """In Chromium with a profile that is kept: search, open, a form with mistakes, an address that leads nowhere."""
    path = shutil.which("chromium")
    if path is None:
        return
    from playwright.sync_api import sync_playwright

    from tests.journeys.conftest import ARGUMENTS

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(found.profile, executable_path=path, args=ARGUMENTS,
                                                                locale="ja-JP")  # fmt: skip
        page = context.new_page()
        page.goto(f"{server.url}/sign-in/")
        page.click('[data-persona="teller"]')
        page.wait_for_url(f"{server.url}/")
        page.goto(f"{server.url}/customers/")
        page.type("[data-search]", "翡翠谷", delay=20)
        page.wait_for_timeout(600)
        page.fill("[data-search]", "鷲尾")
        page.locator("#rows tbody a", has_text="瑠璃絵").first.click()
        page.wait_for_selector("text=月見草町")
        page.goto(f"{server.url}{ADDRESS}")
        page.fill("[name=number]", "0777-314162")
        page.fill("[name=name]", "土筆野 蕗之介")
        page.fill("[name=phones]", "12")
        page.click("button:has-text('登録する')")
        page.wait_for_selector("#e-phones")
        page.go_back()
        page.wait_for_timeout(1_500)
        context.close()


def mishaps(server: Served, found: Day) -> None:
    """Addresses and forms that are wrong, a failed sign-in, and workers killed with a customer open."""
    client = Client(server.url)
    client.become("steward")
    assert "瑠璃絵" in client.post("/customers/", q="0777-314159").text
    statuses = [
        client.get("/customers/%E7%BF%A1%E7%BF%A0%E8%B0%B7/").status,
        client.post("/customers/", q="翡翠谷\0hisuidani").status,
        client.post("/customers/", q="翡翠谷" * 60, sort="翡翠谷", after="翡翠谷", value_from="翡翠谷").status,
        client.post("/customers/new/", branch="\0翡翠谷", name="土筆野", number="土筆野\ud7ff", phones="蕗之介").status,
        client.post("/customers/new/", branch="002", name="土筆野\0蕗之介", number="0777-314163", phones="").status,
        client.post("/customers/postcode/", code="翡翠谷").status,
        Client(server.url).post("/customers/", q="翡翠谷").status,
    ]
    assert {status // 100 for status in statuses} <= {2, 4, 5}, statuses
    stranger = Client(server.url)
    stranger.get("/sign-in/")
    assert stranger.post("/sign-in/", login="枇杷男", password="金木犀-kinmokusei").status == 200
    for pid in named(server.process.pid, "web")[1:]:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGABRT)
    until(lambda: opens(client))


def opens(client: Client) -> bool:
    try:
        client.become("steward")
        return "瑠璃絵" in client.post("/customers/", q="0777-314159").text
    except OSError:
        return False


def test_nothing_stands_in_the_home_while_it_serves(day: Day) -> None:
    assert day.seen == []


def test_nothing_stands_in_the_home_afterwards(day: Day) -> None:
    assert Needles(PLANTED).in_folder(day.home) == []
    if not day.where.clusters:
        assert Needles([CONTROL]).in_folder(day.home / "data")


def test_nothing_stands_in_the_log(day: Day) -> None:
    assert list(Needles(PLANTED).in_bytes(day.log.read_bytes(), "the log")) == []
    assert list(Needles(["localhost"]).in_bytes(day.log.read_bytes(), "the log"))


def test_nothing_stands_in_temporary_files(day: Day) -> None:
    assert Needles(PLANTED).in_folder(day.temporary) == []


def test_nothing_stands_in_command_lines_and_environments(day: Day) -> None:
    assert day.meanwhile == []


@pytest.mark.journey
def test_nothing_stands_in_the_browsers_profile(day: Day) -> None:
    if not day.profile.exists():
        pytest.skip("Chromium is not installed")
    assert Needles([ADDRESS]).in_folder(day.profile)
    assert Needles(PLANTED).in_folder(day.profile) == []


def test_nothing_stands_in_dumps_and_files_of_the_servers(day: Day) -> None:
    if not day.where.clusters:
        pytest.skip("on PostgreSQL only")
    needles, raw, control = Needles(PLANTED), Needles(RARE, raw=True), False
    for name, number in (("toride_database", 0), ("toride_audit", 0), ("toride_keys", 1)):
        server = day.where.clusters[number]
        dump = server.run("pg_dump", "-U", "postgres", "-h", str(server.folder), "-p", str(server.port), name).stdout
        assert len(dump) > 1_000
        assert list(needles.in_bytes(dump.encode(), f"the dump of {name}")) == []
        control |= CONTROL in dump
        assert raw.in_folder(server.folder) == []
    assert control


def test_a_command_line_would_have_been_seen(tmp_path: Path) -> None:
    with subprocess.Popen(["cat"], env=environment(tmp_path, NAME="瑠璃絵"), stdin=PIPE, stdout=PIPE) as running:
        running.stdin.write(b"x\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"x\n"  # it runs: until then the kernel shows no environment
        assert Needles(PLANTED).in_processes([running.pid])
