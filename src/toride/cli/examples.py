"""An example for each command, at the end of its help."""

import click

EXAMPLES = {
    "access-review verify": ("access-review verify access-review-2026-11-29.txt",),
    "api-key create": ("api-key create --for steward --scope customers.read --purpose data-care --days 90",),
    "api-key list": ("api-key list --json",),
    "api-key revoke": ("api-key revoke 7f3k2m9q",),
    "api-key rotate": ("api-key rotate 7f3k2m9q --overlap 24",),
    "audit checkpoint": ("audit checkpoint --out checkpoint-2026-11-29",),
    "audit export": ("audit export --out trail-2026-11",),
    "audit prove": ("audit prove 01a226b0-7c7d-73bd-909e-656c965dc59d --out event.tlog-proof",),
    "audit saw": ("audit saw teller --from 2026-11-01 --to 2026-12-01",),
    "audit verify": ("audit verify", "audit verify --deep --since checkpoint-2026-11-01"),
    "audit who-saw": ("audit who-saw 0221-101403", "audit who-saw 0221-101403 --from 2026-11-01 --json"),
    "backup": ("backup --data /mnt/backup/data --keys /mnt/vault/keys",),
    "bench": ("bench search",),
    "branches add": ("branches add 003 若葉支店",),
    "branches list": ("branches list",),
    "check": ("check",),
    "completion": ("completion bash",),
    "customers search": (
        "customers search さいとう --as teller --purpose service",
        "customers search 1818 --as operator --purpose call --json",
    ),
    "customers show": ("customers show 0221-101403 --as teller --purpose service",),
    "customers verify": ("customers verify",),
    "demo": ("demo", "demo --customers 300 --port 8001", "demo --reset"),
    "doctor": ("doctor",),
    "import": ("import customers.csv --as steward --purpose data-care --dry-run",),
    "imports cancel": ("imports cancel 01a226b0-7c7d-73bd-909e-656c965dc59d --as steward",),
    "imports list": ("imports list --as steward",),
    "imports rejected": (
        "imports rejected 01a226b0-7c7d-73bd-909e-656c965dc59d --as steward --purpose data-care --out errors.csv",
    ),
    "imports resume": ("imports resume 01a226b0-7c7d-73bd-909e-656c965dc59d --as steward --purpose data-care",),
    "imports undo": ("imports undo 01a226b0-7c7d-73bd-909e-656c965dc59d --as steward --purpose data-care",),
    "init": ("init --institution あおば信用金庫 --admin hayasaka --name '早坂 健'",),
    "keys destroy": ("keys destroy subjects:3 --confirm subjects:3",),
    "keys protect": ("keys protect --former old-passphrase.txt",),
    "keys rewrap": ("keys rewrap",),
    "keys rotate": ("keys rotate --kind subjects",),
    "keys status": ("keys status",),
    "migrate": ("migrate",),
    "people accept": ("people accept hasegawa --confirm hasegawa",),
    "people add": ("people add hasegawa --name '長谷川 由美' --role teller --branch 002 --rank 2",),
    "people end": ("people end hasegawa",),
    "people list": ("people list",),
    "people start": ("people start hasegawa --confirm hasegawa",),
    "policy restore": ("policy restore",),
    "restore": ("restore --data /mnt/backup/data/latest --keys /mnt/vault/keys/latest",),
    "serve": ("serve --host crm.example.jp --port 8443",),
    "sign-in accept": ("sign-in accept rules --confirm rules",),
    "sign-in set": ("sign-in set passwords.length=14 roles.teller.idle=10 --confirm rules",),
    "sign-in show": ("sign-in show",),
    "test": ("test", "test --store sqlite -k search"),
    "token": ("token hasegawa",),
}


def attach(command: click.Command, name: str) -> None:
    """The examples of a command, or of each in a group, stand under its options."""
    if isinstance(command, click.Group):
        for sub, one in command.commands.items():
            attach(one, f"{name} {sub}")
    elif lines := EXAMPLES.get(name):
        word = "Example" if len(lines) == 1 else "Examples"
        command.epilog = "\b\n" + "\n".join([f"{word}:", *(f"  ./toride {line}" for line in lines)])
