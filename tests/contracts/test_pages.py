"""What pages tell people to do can be done: links lead somewhere, commands exist, statements run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import click
import pytest

from trackagoat.cli.main import main
from trackagoat.events.testing.plugin import Database

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = {str(page.relative_to(ROOT)): page for page in PAGES}
OPERATING = [ROOT / "docs" / name for name in ("runbooks.md", "capacity.md", "operations.md", "deploying.md")]


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_the_links_of_a_page_lead_somewhere(name: str) -> None:
    page = NAMES[name]
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands() -> Iterator[str]:
    """Every `goat …` that operators are told to type."""
    for page in OPERATING:
        text = page.read_text()
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            yield from (line.removeprefix("./") for line in block.splitlines() if re.match(r"(\./)?goat ", line))
        yield from (" ".join(code.split()) for code in re.findall(r"(?<!`)`(goat [^`]+)`", text))


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_a_command_of_a_page_exists_with_its_options(line: str) -> None:
    command: click.Command = main
    for word in shlex.split(line, comments=True)[1:]:
        if word.startswith("--"):
            assert word.partition("=")[0] in {name for option in command.params for name in option.opts}, word
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"{word} is no command"
            command = found


def statements() -> Iterator[str]:
    """Every statement that operators are told to run."""
    for page in OPERATING:
        text = page.read_text()
        for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL):
            yield from (part.strip() for part in re.sub(r"--.*", "", block).split(";") if part.strip())
        yield from (code for code in re.findall(r"(?<!`)`((?:SELECT|DROP|UPDATE) [^`]+)`", text) if "…" not in code)


@pytest.mark.parametrize("statement", sorted(set(statements())))
async def test_a_statement_of_a_page_runs(statement: str, database: Database) -> None:
    connection = await asyncpg.connect(database.dsn())
    try:
        transaction = connection.transaction()
        await transaction.start()
        if statement.startswith("DROP SCHEMA "):
            await connection.execute(f"CREATE SCHEMA {statement.split()[2]}")
        await connection.execute(statement)
        await transaction.rollback()
    finally:
        await connection.close()
