"""`goat api`: every call of the API as a command, out of the same registry the API is served from."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from trackagoat.cli.errors import Failure
from trackagoat.cli.options import print_json, state_option
from trackagoat.cli.state import Folder

if TYPE_CHECKING:
    from trackagoat.client.connection import Call

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_QUERY = "query_"
_HEADERS = {"Idempotency-Key": "idempotency_key", "If-Match": "if_match"}


def _kebab(name: str) -> str:
    return _WORD.sub("-", name).replace("_", "-").lower()


def _document() -> Any:
    """What the API says of itself, by the names of its calls."""
    from trackagoat.gateway.openapi import document
    from trackagoat.gateway.routes import ROUTES

    return msgspec.json.decode(msgspec.json.encode(document(ROUTES, "")))


class Where(NamedTuple):
    """The installation and the key that were named; looked up in the state folder where they were not."""

    folder: Folder
    url: str | None
    key: str | None

    def found(self) -> tuple[str, str | None]:
        """Address and key. Raises NotRunning."""
        if self.url is not None:
            return self.url, self.key
        state = self.folder.running()
        return state.api, self.key or (state.demo.api_key if state.demo else None)


class Operations(click.Group):
    """A command per call, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """Every call there is."""
        return sorted(_kebab(told["operationId"]) for _, _, told in _operations(_document()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """The command of a call, by its name with dashes or as the document has it."""
        for path, method, told in _operations(_document()):
            if cmd_name in {told["operationId"], _kebab(told["operationId"])}:
                return _command(path, method, told)
        return None


def _operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, told) for path, item in document["paths"].items() for method, told in item.items()]


@click.group(cls=Operations, name="api", short_help="Call the API: a command per operation.")
@click.option("--url", envvar="TRACKAGOAT_URL", help="Address of the installation. Default: the one running here.")
@click.option("--key", envvar="TRACKAGOAT_KEY", help="API key. Default: that of the demo running here.")
@state_option
@click.pass_context
def api(ctx: click.Context, folder: Folder, url: str | None, key: str | None) -> None:
    """Call the API from the shell. Answers are JSON; a refusal ends with its code and status 1.

    \b
    goat api list-creators --search ana --all
    goat api create-project --set name=Spring
    goat api add-creators PROJECT_ID --body '{"creators": [{"tiktok_handle": "ana"}]}'
    """  # noqa: D301 - \b tells click to keep the lines
    ctx.obj = Where(folder, url, key)


def _command(path: str, method: str, told: Any) -> click.Command:
    parameters: list[click.Parameter] = []
    for one in told["parameters"]:
        parameters += _parameter(one)
    if "requestBody" in told:
        parameters += [
            click.Option(["--body"], metavar="JSON", help="The body; @FILE reads it from a file, - from the input."),
            click.Option(
                ["--set", "fields"], metavar="NAME=VALUE", multiple=True, help="A field; JSON where it is some."
            ),
        ]
    if any(one["name"] == "cursor" for one in told["parameters"]):
        parameters.append(click.Option(["--all", "every"], is_flag=True, help="Every row of all pages."))

    @click.pass_obj
    def call(where: Where, /, **given: Any) -> None:
        asyncio.run(_call(where, _made(path, method, told, given), every=given.get("every", False)))

    errors = f"\n\nParticular refusals: {', '.join(told['x-errors'])}." if told["x-errors"] else ""
    text = f"{told['summary']}.\n\n{method.upper()} {path}, scope {told['x-scope']}.{errors}"
    return click.Command(
        _kebab(told["operationId"]), callback=call, params=parameters, help=text, short_help=told["summary"]
    )


def _parameter(one: Any) -> list[click.Parameter]:
    match one["in"]:
        case "path":
            return [click.Argument([_python(one["name"])], metavar=_kebab(one["name"]).replace("-", "_").upper())]
        case "query":
            words = [word for option in _options(one["schema"]) for word in option.get("enum", ()) if word is not None]
            name = one["name"]
            return [
                click.Option(
                    [f"--{_kebab(name)}", f"{_QUERY}{name}"],
                    type=click.Choice(words) if words else str,
                    required=one["required"],
                    help=one.get("description"),
                )
            ]
        case _:
            return [click.Option([f"--{_kebab(_HEADERS[one['name']])}"], help=one.get("description"))]


def _options(schema: Any) -> list[Any]:
    found: list[Any] = schema.get("anyOf", [schema])
    return found


def _python(name: str) -> str:
    return _WORD.sub("_", name).lower()


def _made(path: str, method: str, told: Any, given: dict[str, Any]) -> Call:
    """The call as it travels."""
    from trackagoat.client.connection import Call, Connection
    from trackagoat.client.models import place

    ids = [given[_python(one["name"])] for one in told["parameters"] if one["in"] == "path"]
    headers = {header: given[name] for header, name in _HEADERS.items() if given.get(name)}
    if any(one["name"] == "Idempotency-Key" for one in told["parameters"]):
        headers = Connection.keyed(headers.get("Idempotency-Key"))
    return Call(
        method=method.upper(),
        path=place(re.sub(r"\{\w+\}", "{}", path), *ids),
        params={name.removeprefix(_QUERY): value for name, value in given.items() if name.startswith(_QUERY) and value},
        body=_body(given.get("body"), given.get("fields", ())),
        headers=headers,
    )


def _body(text: str | None, fields: tuple[str, ...]) -> Any:
    """The body of `--body`, with the fields of `--set` put in."""
    if text is not None and (text == "-" or text.startswith("@")):
        try:
            source = sys.stdin.read() if text == "-" else Path(text[1:]).read_text()
        except OSError as error:
            raise click.BadParameter(str(error), param_hint="--body") from error
    else:
        source = text or "{}"
    try:
        body: Any = msgspec.json.decode(source)
    except msgspec.DecodeError as error:
        raise click.BadParameter(str(error), param_hint="--body") from error
    for field in fields:
        name, sign, value = field.partition("=")
        if not sign or not isinstance(body, dict):
            message = f"{field}: name=value, in a body that is an object"
            raise click.BadParameter(message, param_hint="--set")
        body[name] = _value(value)
    return body if text is not None or fields else None


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


async def _call(where: Where, call: Call, *, every: bool) -> None:
    """Make the call and print what it answers."""
    from trackagoat.client.connection import Connection
    from trackagoat.client.errors import ApiError, Unreachable

    rows: list[Any] = []
    async with Connection(*where.found()) as connection:
        while True:
            try:
                answer = await connection.document(call)
            except ApiError as error:
                faults = "".join(f"\n  {one['in']} {one['path']}: {one['message']}" for one in error.details)
                message = f"{error.code}: {error.message}{faults}"
                raise Failure(message) from error
            except Unreachable as error:
                raise Failure(str(error)) from error
            cursor = (answer.get("meta") or {}).get("nextCursor")
            if every:
                rows += answer["data"]
            if not every or cursor is None:
                break
            call = msgspec.structs.replace(call, params={**call.params, "cursor": cursor})
    print_json(rows if every else answer.get("data", answer))
    if cursor is not None:
        click.echo(f"there is more: --cursor {cursor}", err=True)
