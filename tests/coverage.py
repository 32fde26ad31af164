"""Says which rows of docs/requirements.md have no test that names them; exit status 1 where one that is begun has none."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def rows() -> dict[str, str]:
    """Row → its state."""
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([A-Z]{1,2}\d+) \| (\w+) \|", text, re.MULTILINE))


def marked() -> dict[str, int]:
    """Row → how many marks name it."""
    found: dict[str, int] = {}
    for path in (*(ROOT / "src").rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found[str(argument.value)] = found.get(str(argument.value), 0) + 1
    return found


def main() -> int:
    known, tests = rows(), marked()
    for row, state in known.items():
        print(f"{row:4} {state:6} {tests.get(row, 0):4} marks")
    missing = [row for row in known if row not in tests]
    unknown = sorted(set(tests) - set(known))
    if missing:
        print(f"without a test: {', '.join(missing)}")
    if unknown:
        print(f"named by tests, not in docs/requirements.md: {', '.join(unknown)}")
    return bool(missing or unknown)


if __name__ == "__main__":
    sys.exit(main())
