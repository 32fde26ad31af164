"""People and an import at work while processes die, and a note of everything that was acknowledged to them."""

import csv
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.processes.client import Answer, Client
from tests.running import ROOT, environment

LINK = re.compile(r'href="/customers/([0-9a-f-]{36})/\?for=([a-z-]+)"')
REVISION = re.compile(r'name="(revision-\d)" value="(\d+)"')
PAUSE_SECONDS = 0.02


@dataclass
class Acknowledged:
    """What was answered with success. `phones` holds what may stand where an answer did not come."""

    created: dict[UUID, str] = field(default_factory=dict)
    phones: dict[UUID, set[str]] = field(default_factory=dict)
    attempted: int = 0
    changed: Counter[tuple[str, UUID]] = field(default_factory=Counter)
    viewed: Counter[tuple[str, UUID]] = field(default_factory=Counter)
    searched: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    imports: list[dict[str, object]] = field(default_factory=list)
    rounds: int = 0


class Worker(threading.Thread):
    """One person: searches, opens, changes own customers, registers new ones, until told to stop."""

    def __init__(self, number: int, url: str, persona: str, noted: Acknowledged, stop: threading.Event) -> None:
        super().__init__(name=f"{persona}-{number}", daemon=True)
        self.number, self.url, self.persona, self.noted, self.stop = number, url, persona, noted, stop
        self.chance = random.Random(number)
        self.client = Client(url)
        self.own: list[UUID] = []
        self.count = 0

    def run(self) -> None:
        acts = [self.search, self.open, self.register, self.change]
        weights = [3, 3, 3, 3] if self.persona == "teller" else [4, 6, 0, 0]
        signed_in = False
        while not self.stop.is_set():
            act = self.chance.choices(acts, weights)[0]
            try:
                if not signed_in:
                    signed_in = self.client.become(self.persona).status == 200
                    continue
                answer = act()
            except OSError as error:
                self.noted.unanswered[type(error).__name__] += 1
                self.stop.wait(0.2)
                continue
            self.noted.statuses[answer.status] += 1
            signed_in = not (answer.status == 302 and answer.location == "/sign-in/")
            self.stop.wait(0.2 if answer.status >= 500 else PAUSE_SECONDS)

    def search(self, text: str | None = None) -> Answer:
        answer = self.client.get("/customers/") if not self.client.csrf else self.client.post(
            "/customers/", q=text or self.chance.choice(("さとう", "すずき", "090", "みどり", "たなか"))
        )  # fmt: skip
        if answer.status == 200:
            self.noted.searched[self.persona] += 1
        return answer

    def open(self) -> Answer:
        found = self.search()
        links = LINK.findall(found.text)
        if found.status != 200 or not links:
            return found
        subject, purpose = self.chance.choice(links)
        answer = self.client.get(f"/customers/{subject}/?for={purpose}")
        if answer.status == 200:
            self.noted.viewed[self.persona, UUID(subject)] += 1
        return answer

    def register(self) -> Answer:
        self.count += 1
        self.noted.attempted += 1
        phone = self.phone()
        answer = self.client.post(
            "/customers/new/", branch="002", number=f"07{self.number:02}-{self.count:06}", name=f"試験 {self.count}",
            kana="シケン", phones=phone,
        )  # fmt: skip
        if answer.status == 302 and answer.location.startswith("/customers/"):
            subject = UUID(answer.location.split("/")[2])
            self.noted.created[subject] = f"07{self.number:02}-{self.count:06}"
            self.noted.phones[subject] = {phone}
            self.own.append(subject)
        return answer

    def change(self) -> Answer:
        if not self.own:
            return self.register()
        subject = self.chance.choice(self.own)
        form = self.client.get(f"/customers/{subject}/change/")
        if form.status != 200:
            return form
        self.count += 1
        phone = self.phone()
        before = self.noted.phones[subject]
        self.noted.phones[subject] = before | {phone}
        answer = self.client.post(f"/customers/{subject}/change/", phones=phone, **dict(REVISION.findall(form.text)))
        if answer.status == 302 and answer.location == f"/customers/{subject}/":
            self.noted.phones[subject] = {phone}
            self.noted.changed[self.persona, subject] += 1
        elif answer.status == 409:
            self.noted.phones[subject] = before
        return answer

    def phone(self) -> str:
        return f"080-{2000 + self.number * 100 + self.count // 10_000}-{self.count % 10_000:04}"


class Importer(threading.Thread):
    """Imports file after file by command; `running` is the process to kill."""

    def __init__(self, home: Path, more: dict[str, str], rows: int, noted: Acknowledged, stop: threading.Event) -> None:
        super().__init__(name="importer", daemon=True)
        self.home, self.more, self.rows, self.noted, self.stop = home, more, rows, noted, stop
        self.running: subprocess.Popen[str] | None = None

    def run(self) -> None:
        while not self.stop.is_set():
            self.noted.rounds += 1
            file = self.home.parent / "import.csv"
            with file.open("w", encoding="cp932", newline="") as target:
                rows = csv.writer(target)
                rows.writerow(["顧客番号", "氏名", "フリガナ", "電話番号"])
                for row in range(self.rows):
                    rows.writerow(
                        [f"08{self.noted.rounds:04}-{row:06}", "輸入 花子", "ユニュウ ハナコ", "022-271-4410"]
                    )
            command = [sys.executable, "-m", "toride", "import", str(file), "--as", "steward", "--purpose", "data-care",
                       "--branch", "003", "--json"]  # fmt: skip
            self.running = subprocess.Popen(
                command, cwd=ROOT, env=environment(self.home, **self.more), stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            )  # fmt: skip
            said, _ = self.running.communicate()
            if self.running.returncode == 0:
                self.noted.imports.append(json.loads(said))
            self.stop.wait(0.5)

    def kill(self) -> bool:
        process = self.running
        if process is None or process.poll() is not None:
            return False
        os.kill(process.pid, 9)
        return True
