"""Shapes: JSON Schema as Python annotations, and components as classes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

_FORMATS = {"uuid": "UUID", "date-time": "datetime", "date": "date"}
_PLAIN = {"integer": "int", "number": "float", "boolean": "bool", "null": "None", "string": "str"}
_COMPONENTS = "#/components/schemas/"
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def snake(name: str) -> str:
    """`nextCursor` as Python has it; keywords get an underscore."""
    found = _WORD.sub("_", name).lower()
    return f"{found}_" if keyword.iskeyword(found) else found


def component(ref: str) -> str:
    """The component a reference names."""
    return ref.rsplit("/", 1)[1]


def class_name(component: str) -> str:
    """A class for the component; one whose short name is taken twice carries its page's."""
    parts = component.split(".")
    return parts[-1] if len(parts) == 1 else f"{parts[-2].title()}{parts[-1]}"


def references(schema: Any) -> Iterator[str]:
    """Every component a schema speaks of."""
    if isinstance(schema, Mapping):
        if schema.get("$ref", "").startswith(_COMPONENTS):
            yield component(schema["$ref"])
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def annotation(schema: Json, *, asked: bool, prefix: str = "") -> str:
    """The Python type. Words are literal in what is `asked`, and any string in answers: those may learn new ones."""
    match schema:
        case {"$ref": ref}:
            kind = f"{prefix}{class_name(component(ref))}"
        case {"anyOf": options}:
            kind = _union([annotation(one, asked=asked, prefix=prefix) for one in options])
        case {"enum": words}:
            kind = _words(words, asked=asked)
        case {"type": "array"}:
            kind = f"list[{annotation(schema.get('items', {}), asked=asked, prefix=prefix)}]"
        case {"type": "object"}:
            values = schema.get("additionalProperties")
            named = values if isinstance(values, Mapping) else {}
            kind = f"dict[str, {annotation(named, asked=asked, prefix=prefix)}]"
        case {"type": "string", "format": form} if form in _FORMATS:
            kind = _FORMATS[form]
        case {"type": plain} if plain in _PLAIN:
            kind = _PLAIN[plain]
        case _:
            kind = "Any"
    return kind


def _union(kinds: list[str]) -> str:
    kinds = list(dict.fromkeys(kinds))
    if "float" in kinds:
        kinds = [kind for kind in kinds if kind != "int"]
    if "Any" in kinds:
        return "Any"
    return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))


def _words(words: list[Any], *, asked: bool) -> str:
    named = [word for word in words if word is not None]
    none = [] if len(named) == len(words) else ["None"]
    if asked:
        return " | ".join([f"Literal[{', '.join(map(_quoted, named))}]", *none])
    return " | ".join([*dict.fromkeys("str" if isinstance(word, str) else "int" for word in named), *none])


def _quoted(word: Any) -> str:
    return f'"{word}"' if isinstance(word, str) else repr(word)


def shown(name: str, schema: Json, parent: str) -> str:
    """The class of something the API shows."""
    lines = [f"class {class_name(name)}({parent}, frozen=True, kw_only=True):", *_sign(schema), ""]
    required = schema.get("required", ())
    for field, of in schema.get("properties", {}).items():
        kind = annotation(of, asked=False)
        if field not in required and "None" not in kind.split(" | "):
            kind = f"{kind} | None"
        lines += [f"    {_field(field, kind, 'None' if field not in required else None)}", *_meaning(of)]
    return "\n".join(lines).rstrip() + "\n"


def taken(name: str, schema: Json) -> str:
    """The class of something the API takes."""
    lines = [f"class {class_name(name)}(Body, frozen=True, kw_only=True):", *_sign(schema), ""]
    required = schema.get("required", ())
    for field, of in schema.get("properties", {}).items():
        kind = annotation(of, asked=True)
        given = field in required
        lines.append(f"    {_field(field, kind if given else f'{kind} | UnsetType', None if given else 'UNSET')}")
        lines += _meaning(of)
    return "\n".join(lines).rstrip() + "\n"


def _field(name: str, kind: str, default: str | None) -> str:
    python = snake(name)
    if python == name:
        return f"{python}: {kind}" + (f" = {default}" if default else "")
    told = f'name="{name}"' + (f", default={default}" if default else "")
    return f"{python}: {kind} = field({told})"


def _sign(schema: Json) -> list[str]:
    text = " ".join(schema.get("description", "").split())
    return [f'    """{text or "As the API has it."}"""']


def _meaning(schema: Json) -> list[str]:
    text = schema.get("description")
    return [f'    """{" ".join(text.split())}"""'] if text and "$ref" not in schema else []
