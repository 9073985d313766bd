"""The rows of a list as functions: `{% rows row in page.rows %}` means what `{% for %}` means, at a fourth of its price.

Django's template engine walks its nodes and searches its stack of contexts for each word of each row. Here the nodes
between `rows` and `endrows`, and of what they include, become functions once, which read one flat dictionary. They know the
tags that rows are made of; any other is refused when the page is first shown.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.template import Template, TemplateSyntaxError, Variable, VariableDoesNotExist
from django.template.base import (
    FilterExpression,
    Node,
    TextNode,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.defaulttags import (
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    URLNode,
    WithNode,
)
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # missing in the stubs

from ui.markup import escaped

ABSENT = object()
# Stand for ids in an address that is made once and filled for each row.
FIRST_ID = 7_000_000_000_000_000_000


class Scope(dict[str, Any]):
    """The variables of a row by name; to tags and filters what a context is."""

    autoescape, use_l10n, use_tz = True, None, None
    template: Template

    @classmethod
    def of(cls, context: Context) -> Scope:
        variables: Any = context.flatten()
        scope = cls(variables)
        scope.template = context.template  # type: ignore[assignment]  # bound while it is rendered
        return scope

    def with_more(self, values: dict[str, Any]) -> Scope:
        scope = Scope(self, **values)
        scope.template = self.template
        return scope


Value = Callable[[Scope], Any]
Part = Callable[[Scope], str]


class RowsNode(ForNode):
    """`{% for %}` whose nodes are functions."""

    compiled: Part | None = None

    def render(self, context: Context) -> SafeString:
        if self.compiled is None:
            self.compiled = _Compiler(context.template.engine).loop(self)  # type: ignore[union-attr]
        return SafeString(self.compiled(Scope.of(context)))


class _Compiler:
    """Makes parts of nodes; `engine` finds what they include."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.makers: dict[type[Node], Callable[[Any], Part]] = {
            TextNode: lambda node: lambda scope: node.s,
            CommentNode: lambda node: lambda scope: "",
            LoadNode: lambda node: lambda scope: "",
            CsrfTokenNode: lambda node: node.render,
            VariableNode: self.variable,
            IfNode: self.choice,
            ForNode: self.loop,
            WithNode: self.naming,
            IncludeNode: self.inclusion,
            URLNode: self.address,
            SimpleNode: self.tag,
        }

    def all(self, nodes: Iterable[Node]) -> Part:
        parts = [self.one(node) for node in nodes]
        return parts[0] if len(parts) == 1 else lambda scope: "".join([p(scope) for p in parts])

    def one(self, node: Node) -> Part:
        if (maker := self.makers.get(type(node))) is None:
            raise TemplateSyntaxError(f"Rows of a list cannot hold {node!r}.")
        return maker(node)

    def variable(self, node: Any) -> Part:
        value = value_of(node.filter_expression)

        def shown(scope: Scope) -> str:
            found = value(scope)
            if isinstance(found, str):
                return escaped(found)
            if type(found) is int:
                return str(found)
            as_context: Any = scope
            return render_value_in_context(found, as_context)

        return shown

    def choice(self, node: Any) -> Part:
        branches = [
            (condition and truth_of(condition), self.all(nodes))
            for condition, nodes in node.conditions_nodelists
        ]

        def chosen(scope: Scope) -> str:
            for truth, part in branches:
                if truth is None or truth(scope):
                    return part(scope)
            return ""

        return chosen

    def loop(self, node: Any) -> Part:
        values, body = value_of(node.sequence, None), self.all(node.nodelist_loop)
        otherwise, names = self.all(node.nodelist_empty), node.loopvars

        def repeated(scope: Scope) -> str:
            found, inner, shown = list(values(scope) or ()), scope.with_more({}), []
            for each in reversed(found) if node.is_reversed else found:
                inner.update(
                    zip(names, each, strict=True) if len(names) > 1 else [(names[0], each)]
                )
                shown.append(body(inner))
            return "".join(shown) if found else otherwise(scope)

        return repeated

    def naming(self, node: Any) -> Part:
        named, inside = values_of(node.extra_context), self.all(node.nodelist)
        return lambda scope: inside(scope.with_more({k: v(scope) for k, v in named.items()}))

    def inclusion(self, node: Any) -> Part:
        name = node.template.resolve(Scope())
        nodes = self.engine.get_template(name).nodelist
        return self.naming(WithNode(None, None, nodes, extra_context=node.extra_context))

    def address(self, node: Any) -> Part:
        name, arguments = value_of(node.view_name), [value_of(arg) for arg in node.args]
        if node.kwargs:
            raise TemplateSyntaxError("Rows of a list name an address's arguments by their place.")
        return _kept(
            node.asvar, lambda scope: address(name(scope), *[each(scope) for each in arguments])
        )

    def tag(self, node: Any) -> Part:
        takes_context, arguments = node.takes_context, [value_of(arg) for arg in node.args]
        named = values_of(node.kwargs)
        if not takes_context and not named:
            return _kept(node.target_var, lambda scope: node.func(*[a(scope) for a in arguments]))

        def output(scope: Scope) -> Any:
            given = [each(scope) for each in arguments]
            if takes_context:
                given.insert(0, scope)
            return node.func(*given, **{name: value(scope) for name, value in named.items()})

        return _kept(node.target_var, output)


def _kept(name: str | None, value: Value) -> Part:
    """The value as HTML; with a name, nothing, and the value under this name from here on."""
    if not name:
        return lambda scope: escaped(value(scope))

    def kept(scope: Scope) -> str:
        scope[name] = value(scope)
        return ""

    return kept


def values_of(expressions: dict[str, FilterExpression]) -> dict[str, Value]:
    return {name: value_of(expression) for name, expression in expressions.items()}


def value_of(expression: FilterExpression, absent: Any = "") -> Value:
    """The value of a variable with its filters; `absent` where there is no such variable."""
    known, filters = _variable(expression.var, absent), expression.filters
    if not filters:
        return known

    def value(scope: Scope) -> Any:
        found = known(scope)
        for change, arguments in filters:
            found = _filtered(change, found, arguments, scope)
        return found

    return value


def _filtered(change: Any, found: Any, arguments: Any, scope: Scope) -> Any:
    """Apply a filter to the value, as `FilterExpression.resolve` does."""
    given = [value.resolve(scope) if is_variable else value for is_variable, value in arguments]
    if getattr(change, "expects_localtime", False):
        found = template_localtime(found, scope.use_tz)
    autoescape = {"autoescape": True} if getattr(change, "needs_autoescape", False) else {}
    changed = change(found, *given, **autoescape)
    is_safe = getattr(change, "is_safe", False) and isinstance(found, SafeString)
    return SafeString(changed) if is_safe else changed


def _variable(variable: Any, absent: Any) -> Value:
    if not isinstance(variable, Variable):
        return lambda scope: variable
    if variable.lookups is None or variable.translate:
        return variable.resolve
    steps = [(bit, Variable(f"it.{bit}")) for bit in variable.lookups[1:]]
    first, plain = variable.lookups[0], Variable(variable.lookups[0])

    def value(scope: Scope) -> Any:
        found = scope.get(first, ABSENT)
        try:
            if found is ABSENT or callable(found):
                found = plain.resolve(scope)
            for bit, step in steps:
                if found is None:
                    return absent
                found = _of(found, bit, step, scope)
        except VariableDoesNotExist:
            return absent
        return found

    return value


def _of(found: Any, bit: str, step: Variable, scope: Scope) -> Any:
    """A plain attribute of a plain object; whatever else it may be is Django's to look up."""
    if not hasattr(type(found), "__getitem__"):
        of_it = getattr(found, bit, ABSENT)
        if of_it is not ABSENT and not callable(of_it):
            return of_it
    return step.resolve(scope.with_more({"it": found}))


def truth_of(condition: Any) -> Value:
    """A condition of `{% if %}`: Django's own operators over values of ours."""
    if isinstance(condition, TemplateLiteral):
        literal: Any = condition
        return value_of(literal.value, None)
    if condition.id == "not":
        inner = truth_of(condition.first)
        return lambda scope: not inner(scope)
    if condition.id in {"and", "or"}:
        one, other = truth_of(condition.first), truth_of(condition.second)
        if condition.id == "and":
            return lambda scope: one(scope) and other(scope)
        return lambda scope: one(scope) or other(scope)
    twin = copy.copy(condition)
    for side in ("first", "second"):
        if (operand := getattr(condition, side)) is not None:
            setattr(twin, side, _Operand(truth_of(operand)))
    truth: Value = twin.eval
    return truth


class _Operand:
    def __init__(self, value: Value) -> None:
        self.eval = value


def address(name: str, *arguments: Any) -> str:
    """`reverse`, once for all rows that differ in ids alone."""
    ids = [each for each in arguments if type(each) is int]
    return _pattern(name, *[None if type(each) is int else each for each in arguments]).format(*ids)


@lru_cache(maxsize=1000)
def _pattern(name: str, *arguments: Any) -> str:
    ids = iter(range(FIRST_ID, FIRST_ID + len(arguments)))
    made = reverse(name, args=[next(ids) if each is None else each for each in arguments])
    made = made.replace("{", "{{").replace("}", "}}")
    for place in range(len(arguments)):
        made = made.replace(str(FIRST_ID + place), f"{{{place}}}")
    return made
