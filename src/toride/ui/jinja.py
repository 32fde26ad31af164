"""Jinja2 for every page; constant translations are folded into the compiled template, one environment per language."""

from contextlib import suppress
from datetime import date
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone, translation
from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from toride.base import clock
from toride.base.html import printed
from toride.ui import assets, looks, side

UNKNOWN = UUID(int=0)
FIXED = 512  # menus: duties held together, pages of the menu


class Fold(NodeTransformer):
    """Replaces what is the same on every page by its result: texts in one language, icons, addresses of pages."""

    def __init__(self, language: str) -> None:
        self.language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - jinja2's name
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        values = [one.value for one in node.args if isinstance(one, nodes.Const)]
        found = None if node.kwargs or len(values) != len(node.args) else self._same(name, values)
        if found is None:
            return node
        same = nodes.Const(str(found), lineno=node.lineno)
        return nodes.MarkSafe(same) if isinstance(found, Markup) else same

    def _same(self, name: str, values: list[Any]) -> str | None:
        """What this call gives on every page of the language; None where that depends on the page."""
        match name, values:
            case "language", []:
                return self.language
            case "_", [text]:
                with translation.override(self.language):
                    return translation.gettext(text)
            case "icon", [symbol]:
                return icon(symbol)
            case "asset", [asset]:
                return assets.address(asset)
            case "url", [page]:
                with suppress(NoReverseMatch):  # a page that this installation has not, in a branch that it never takes
                    return address(page)
        return None


class Printer(CodeGenerator):
    """Lets `printed` write what Jinja's own code hands to `markupsafe.escape`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        self.write("environment.printed(")
        if finalize.src is not None:
            self.write(finalize.src)


class Shared(Template):
    """Has its environment's globals and no others, so that what it lends need not be compared with who asks."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class Folded(Environment):
    """One language's environment."""

    language = "en"
    template_class = Shared

    code_generator_class = Printer
    printed = staticmethod(printed)

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        return str(super()._generate(Fold(self.language).visit(source), *arguments, **options))


class ByLanguage(Environment):
    """What Django holds: hands out the template of the language that is active."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.languages: dict[str, Folded] = {}
        for code, _name in settings.LANGUAGES:
            environment = Folded(**options)
            environment.language = code
            _furnish(environment)
            self.languages[code] = environment

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        active = translation.get_language() or settings.LANGUAGE_CODE
        chosen = self.languages.get(active) or self.languages[settings.LANGUAGE_CODE]
        return chosen.get_template(name, parent, globals)


def environment(**options: Any) -> ByLanguage:
    """Django's entry point."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    return ByLanguage(**options)


def _furnish(made: Folded) -> None:
    @lru_cache(maxsize=FIXED)
    def fixed(name: str, **arguments: Any) -> Markup:
        """A part of pages that depends on nothing but these; never on whom or what a page shows."""
        return Markup(made.get_template(name).render(arguments))  # noqa: S704 - a template escapes

    made.globals.update(
        fixed=fixed,
        _=translation.gettext,
        url=address,
        around=around,
        unknown=UNKNOWN,
        asset=assets.address,
        icon=icon,
        icons=Icons(),
        csrf_field=csrf_field,
        messages=get_messages,
        languages=settings.LANGUAGES,
        demo=settings.DEMO,
        static=static,
        side=side.ways,
        waiting=side.waiting,
        today=side.today,
        clock_now=lambda: clock.now(),  # noqa: PLW0108 - tests move it
        now=now,
        looks=looks.looks,
    )
    japanese = made.language == "ja"
    made.filters.update(
        moment=moment,
        instant=instant,
        day=day,
        figure=figure,
        monthday=lambda value: _month_day(made.language, value.month, value.day),
        year=lambda value: f"{value.year}年" if japanese else str(value.year),
    )


def address(name: str, **arguments: Any) -> str:
    """The address of a page."""
    if len(arguments) == 1:
        ((argument, value),) = arguments.items()
        if type(value) is UUID:
            before, after = around(name, argument)
            return f"{before}{value}{after}"
    return _address(name, **arguments)


@lru_cache(maxsize=1_024)
def _address(name: str, **arguments: Any) -> str:
    return reverse(name, kwargs=arguments or None)


@cache
def around(name: str, argument: str) -> tuple[str, str]:
    """What stands before and after the one id in the address of a page."""
    before, _, after = reverse(name, kwargs={argument: UNKNOWN}).partition(str(UNKNOWN))
    return before, after


def csrf_field(request: Any) -> Markup:
    """The hidden field every form carries; the secret is masked once for each page."""
    try:
        return request.csrf_field  # type: ignore[no-any-return]
    except AttributeError:
        token = printed(get_token(request))
        request.csrf_field = Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">')  # noqa: S704 - escaped
        return request.csrf_field  # type: ignore[no-any-return]


@cache
def icon(name: str) -> Markup:
    """An icon of the one sprite file, drawn on 16 px; decoration only."""
    return Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        assets.address("icons.svg"), name
    )


class Icons(dict[str, Markup]):
    """Icons by name, for names that are found out while printing."""

    def __missing__(self, name: str) -> Markup:
        self[name] = icon(name)
        return self[name]


def moment(value: Any) -> str:
    """Date and time in the person's language and the institution's time zone."""
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else ""


def instant(value: Any) -> str:
    """As `moment`, to the second: for evidence."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def now() -> str:
    """Date and minute, for a watermark."""
    return timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")


def day(value: Any) -> str:
    """A date in the person's language."""
    return formats.date_format(value, "DATE_FORMAT") if value else ""


@lru_cache(maxsize=1_024)
def _month_day(_language: str | None, month: int, day: int) -> str:
    return formats.date_format(date(2000, month, day), "MONTH_DAY_FORMAT")


def figure(value: Any) -> str:
    """A whole number with separators."""
    return f"{value:,}"
