"""Fuse small functions into one: their bodies, one after the other, without the calls between them.

A call costs more than most rules do. The source of each function is read, its parameters are
replaced by variables of the loop around it, and named tuples among them by one variable a field.
The functions stay the only source: what cannot be taken over word for word is called as it is.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any, Final

_LOOPS: Final = (ast.For, ast.While, ast.Try, ast.With, ast.Lambda, ast.FunctionDef)
_SIMPLE: Final = (ast.Name, ast.Constant)


class Fusion:
    """Collects the text of one function, and the names it needs from the functions taken into it.

    `unpacked` tells of which variables the attributes are variables themselves: with
    `{"line": Line}` the text `line.unit` of a function becomes the variable `line_unit`. Properties of
    such a named tuple are taken over too. Of any other object a list names the attributes.
    """

    def __init__(self, unpacked: Mapping[str, type[Any] | Sequence[str]]) -> None:
        self.kinds = {name: kind for name, kind in unpacked.items() if isinstance(kind, type)}
        self.fields = {
            (name, field)
            for name, kind in unpacked.items()
            for field in (kind._fields if isinstance(kind, type) else kind)
        }
        self.names: dict[str, Any] = {}
        self._lines: list[str] = []
        self._taken = 0

    def write(self, depth: int, text: str) -> None:
        """Add lines of text at a depth of indentation."""
        self._lines.append(textwrap.indent(textwrap.dedent(text).strip("\n"), "    " * depth))

    def unless(self, depth: int, function: Callable[..., Any], arguments: Iterable[str], then: str) -> None:
        """Add: unless the function is true of these variables, do `then`."""
        value = self.value(depth, function, arguments)
        self.write(depth, f"if not ({value}):")
        self.write(depth + 1, then)

    def value(self, depth: int, function: Callable[..., Any], arguments: Iterable[str]) -> str:
        """Add what must be done first, and return the text of the value of the function."""
        self._taken += 1
        prefix = f"_{self._taken}_"
        definition = _definition(function)
        names = [ast.Name(name) for name in arguments]
        if definition is None:
            called = ast.Call(ast.Name(self._bind(prefix, function)), list(names), [])
            return ast.unparse(called)
        inline = _Inline(self, function, prefix, _parameters(definition, names))
        body = _without_docstring(definition)
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            return ast.unparse(inline.visit(body[0].value))
        self.write(depth, "while True:")  # left by what was a return
        for statement in body:
            visited = inline.visit(statement)
            for each in visited if isinstance(visited, list) else [visited]:
                self.write(depth + 1, ast.unparse(ast.fix_missing_locations(each)))
        self.write(depth + 1, f"{prefix}result = None\nbreak")
        return f"{prefix}result"

    def compile(self, name: str, title: str) -> Callable[..., Any]:
        """The function of that name. Its text stands in tracebacks under `<title>`."""
        text, file = "\n".join(self._lines) + "\n", f"<{title}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        exec(compile(text, file, "exec"), self.names)
        function: Callable[..., Any] = self.names[name]
        return function

    def _bind(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{getattr(value, '__name__', 'value')}"
        self.names[name] = value
        return name

    def bind(self, name: str, value: Any) -> str:
        """A name for a value from a module; values that are the same share one."""
        known = self.names.setdefault(name, value)
        return name if known is value else self.bind(name + "_", value)


def unpacked(name: str, kind: type[Any]) -> str:
    """The statement that gives each field of a named tuple a variable of its own."""
    return f"{', '.join(f'{name}_{field}' for field in kind._fields)} = {name}"


class _Inline(ast.NodeTransformer):
    """Rewrites the body of one function for the loop around it."""

    def __init__(
        self, fusion: Fusion, function: Callable[..., Any], prefix: str, arguments: dict[str, ast.expr]
    ) -> None:
        self._fusion = fusion
        self._globals = function.__globals__
        self._prefix = prefix
        self._arguments = arguments

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.id in self._arguments:
            return self._arguments[node.id]
        if node.id in self._globals and isinstance(node.ctx, ast.Load):
            return ast.Name(self._fusion.bind(node.id, self._globals[node.id]))
        if hasattr(builtins, node.id):
            return node
        return ast.Name(self._prefix + node.id, node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self.visit(node.value)
        if isinstance(owner, ast.Name) and (owner.id, node.attr) in self._fusion.fields:
            return ast.Name(f"{owner.id}_{node.attr}")
        if isinstance(owner, ast.Name) and owner.id in self._fusion.kinds:
            described = getattr(self._fusion.kinds[owner.id], node.attr, None)
            found = self._expression(getattr(described, "fget", None), [owner])
            if found is not None:
                return found
        return ast.Attribute(owner, node.attr, node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        called = self._globals.get(node.func.id) if isinstance(node.func, ast.Name) else None
        arguments = [self.visit(argument) for argument in node.args]
        if not node.keywords and all(isinstance(argument, _SIMPLE) for argument in arguments):
            found = self._expression(called, arguments)
            if found is not None:
                return found
        keywords = [ast.keyword(keyword.arg, self.visit(keyword.value)) for keyword in node.keywords]
        return ast.Call(self.visit(node.func), arguments, keywords)

    def _expression(self, function: object, arguments: list[ast.expr]) -> ast.expr | None:
        """The value of a function that is nothing but one expression, for these arguments."""
        definition = _definition(function)
        body = _without_docstring(definition) if definition else []
        if definition is None or len(body) != 1 or not isinstance(body[0], ast.Return):
            return None
        parameters = _parameters(definition, arguments)
        inner = _Inline(self._fusion, function, self._prefix, parameters)  # type: ignore[arg-type]  # has source
        found: ast.expr | None = inner.visit(body[0].value) if body[0].value else None
        return found

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        value = self.visit(node.value) if node.value is not None else ast.Constant(None)
        return [ast.Assign([ast.Name(f"{self._prefix}result", ast.Store())], value), ast.Break()]


def _definition(function: object) -> ast.FunctionDef | None:
    """The parsed source of a function that can be taken over: every return of it ends a plain branch."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = module.body[0]
    if not isinstance(definition, ast.FunctionDef) or definition.args.kwonlyargs or definition.args.defaults:
        return None
    if any(isinstance(node, _LOOPS) for statement in definition.body for node in ast.walk(statement)):
        return None
    return definition


def _parameters(definition: ast.FunctionDef, arguments: Iterable[ast.expr]) -> dict[str, ast.expr]:
    return dict(zip((each.arg for each in definition.args.args), arguments, strict=True))


def _without_docstring(definition: ast.FunctionDef) -> list[ast.stmt]:
    return definition.body[1:] if ast.get_docstring(definition, clean=False) else definition.body
