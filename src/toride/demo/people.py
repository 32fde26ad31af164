"""あおば信用金庫: eight branches, the departments of its head office, about forty staff."""

import random

from toride.access.models import Branch, Department, Person
from toride.access.people import registry
from toride.access.people.models import ReportingLine
from toride.base import clock

BRANCHES = (
    ("000", "本部"), ("001", "本店営業部"), ("002", "みどり台支店"), ("003", "若葉支店"), ("004", "広瀬支店"),
    ("005", "泉中央支店"), ("006", "名取支店"), ("007", "塩釜支店"), ("008", "多賀城支店"),
)  # fmt: skip
DEPARTMENTS = (
    ("center", "お客さまセンター"), ("marketing", "営業企画部"), ("corporate", "法人営業部"), ("data", "事務管理部"),
    ("privacy", "個人情報管理室"), ("audit", "監査部"), ("system", "システム部"),
)  # fmt: skip
PERSONAS = (
    ("teller", "長谷川 由美", ["teller"], "002", None, 2),
    ("sales", "佐伯 悠真", ["sales"], "002", None, 3),
    ("manager", "大久保 誠", ["manager"], "002", None, 6),
    ("operator", "小野寺 さくら", ["operator"], "000", "center", 2),
    ("marketing", "三枝 千尋", ["marketing"], "000", "marketing", 3),
    ("steward", "今野 直樹", ["steward"], "000", "data", 4),
    ("dpo", "氏家 真理", ["dpo"], "000", "privacy", 6),
    ("auditor", "宇田川 哲", ["auditor"], "000", "audit", 5),
    ("admin", "早坂 健", ["admin"], "000", "system", 4),
)
STAFF = (
    "小比類巻 亮", "中村 久美", "及川 豊", "庄子 麻衣", "相澤 拓也", "大友 智子", "菅原 修一", "我妻 恵", "阿部 翔太", "千葉 美穂",
    "遠藤 剛", "熊谷 彩", "高橋 和彦", "伊藤 陽子", "佐々木 学", "渡邉 直美", "鈴木 純一", "加藤 絵美", "三浦 浩二", "工藤 香織",
    "石川 哲也", "村上 愛", "後藤 大輔", "木村 萌", "安藤 隆", "太田 葵", "近藤 健太", "原田 遥", "松田 治", "和田 美咲",
)  # fmt: skip


def build(chance: random.Random) -> dict[str, list[Person]]:
    """Makes everybody; gives the salespeople of each branch, by its code."""
    branches = {code: Branch.objects.create(code=code, name=name) for code, name in BRANCHES}
    departments = {code: Department.objects.create(code=code, name=name) for code, name in DEPARTMENTS}
    sellers: dict[str, list[Person]] = {code: [] for code in branches}
    for username, name, roles, branch, department, rank in PERSONAS:
        person = registry.add(
            username,
            name,
            roles=roles,
            branch=branches[branch],
            department=departments.get(department or ""),
            rank=rank,
        )
        if "sales" in roles:
            sellers[branch].append(person)
    outlets = [code for code, _ in BRANCHES[1:]]
    for number, name in enumerate(STAFF):
        branch = outlets[number % len(outlets)]
        role = ("sales", "teller", "sales", "manager")[number // len(outlets)]
        rank = {"sales": chance.randint(1, 4), "teller": chance.randint(1, 3), "manager": 6}[role]
        person = registry.add(f"staff{number + 1:02}", name, roles=[role], branch=branches[branch], rank=rank)
        if role == "sales":
            sellers[branch].append(person)
    _report()
    return sellers


def _report() -> None:
    """Everybody reports to the highest in rank where they work, from the day on which the demonstration begins."""
    everybody = list(Person.objects.order_by("-rank", "username"))
    top: dict[str | None, Person] = {}
    for one in everybody:
        top.setdefault(one.branch_id, one)
    lines = [(one, top[one.branch_id]) for one in everybody if top[one.branch_id].rank > one.rank]
    ReportingLine.objects.bulk_create(
        ReportingLine(person=one, to=above, kind=ReportingLine.Kind.SUPERIOR, begins=clock.today())
        for one, above in lines
    )
