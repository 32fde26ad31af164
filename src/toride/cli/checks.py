"""`test`, `check` and `bench`: the whole suite on both databases, the linters, the figures."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from toride.base.config import ROOT

PACKAGES = {"chromium": "chromium", "initdb": "postgresql", "fonts": "fonts-noto-cjk"}


NO_TESTS = 5  # pytest's exit status when nothing was collected, as with a narrow -k


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--store", type=click.Choice(["both", "sqlite", "postgres"]), default="both", show_default=True,
              help="Which databases to test on.")  # fmt: skip
@click.option("--full", is_flag=True, help="Leave nothing out: long tests, and every test on both databases.")
def test(arguments: tuple[str, ...], store: str, *, full: bool) -> None:
    """Run the tests: both databases, and journeys in a real browser. ARGUMENTS go to pytest."""
    missing = _provide()
    _say_skipped(missing)
    codes, given = [], [*(["--full"] if full else []), *arguments]
    if store in ("both", "postgres") and "initdb" not in missing:
        codes.append(_pytest("postgres", ["-m", "store", *given], "tests that touch a store, on PostgreSQL"))
    if store in ("both", "sqlite"):
        codes.append(_pytest("sqlite", given, "everything, on SQLite"))
    _say_skipped(missing)
    sys.exit(next((code for code in codes if code not in (0, NO_TESTS)), min(codes, default=NO_TESTS)))


@click.command()
@click.option("--full", is_flag=True, help="Leave no test out.")
def check(*, full: bool) -> None:
    """Run formatter, linter, type and layer checks, requirement coverage, then all tests."""
    tools = Path(sys.executable).parent
    steps = (
        ("format", [str(tools / "ruff"), "format", "--check", "."]),
        ("lint", [str(tools / "ruff"), "check", "."]),
        ("types", [str(tools / "mypy"), "src/toride"]),
        ("layers", [str(tools / "lint-imports"), "--no-cache"]),
        ("requirements", [sys.executable, "-m", "tests.coverage"]),
    )
    for name, command in steps:
        click.echo(f"── {name}", err=True)
        if subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode:  # noqa: S603
            click.echo(f"toride: {name} found problems; see above.", err=True)
            sys.exit(1)
    os.execv(sys.executable, [sys.executable, "-m", "toride", "test", *(["--full"] if full else [])])  # noqa: S606


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the figures of docs/performance.md."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=_environment(), check=False)  # noqa: S603
    sys.exit(done.returncode)


def _pytest(store: str, arguments: list[str], what: str) -> int:
    click.echo(f"── {what}", err=True)
    command = [sys.executable, "-m", "pytest", "-q", *_parallel(arguments), *arguments]
    environment = _environment() | {"TORIDE_TEST_STORE": store}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def _parallel(arguments: list[str]) -> list[str]:
    if any(one.startswith("-n") for one in arguments):
        return []
    several = min(4, 1 + (os.cpu_count() or 1))  # tests that wait leave room for one more
    return ["-n", str(several), "--dist", "loadscope", "--no-loadscope-reorder"]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def _provide() -> set[str]:
    """Installs what is missing where that is possible (Debian, root); gives what is still missing."""
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [PACKAGES[one] for one in sorted(missing)]
        click.echo(f"toride: installing {', '.join(names)}…", err=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False, **quiet)  # type: ignore[call-overload] # noqa: S607
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
        subprocess.run(command, env=environment, check=False, **quiet)  # type: ignore[call-overload] # noqa: S603
        missing = _missing()
    return missing


def _missing() -> set[str]:
    from tests import cluster

    missing = set()
    if not shutil.which("chromium"):
        missing.add("chromium")
    if not list(Path("/usr/share/fonts").glob("**/NotoSansCJK*")):
        missing.add("fonts")
    if cluster.binaries() is None:
        missing.add("initdb")
    return missing


def _say_skipped(missing: set[str]) -> None:
    words = {"chromium": "browser journeys", "initdb": "everything on PostgreSQL", "fonts": "Japanese in screenshots"}
    for one in sorted(missing):
        click.echo(f"toride: SKIPPED {words[one]}: {PACKAGES[one]} is not installed.", err=True)
