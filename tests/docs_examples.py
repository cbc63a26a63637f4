"""The examples in the documents, found and made small enough to run in a test."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.group import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_COMMANDS = re.compile(r"\||…|\[|\{| A B|ripple-|ripple --")  # summaries such as `ripple init | check`


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, language, first line and text."""

    page: Path
    language: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(*languages: str, pages: list[Path] | None = None) -> list[Block]:
    """All fenced blocks of these languages, in order."""
    found = []
    for page in PAGES if pages is None else pages:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            line = text[: match.start()].count("\n") + 2
            found.append(Block(page, match["language"], line, match["text"]))
    return [one for one in found if one.language in languages]


def commands(block: Block) -> list[str]:
    """The `ripple` commands of a block, without what is said beside them."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        bare = re.split(r"\s{2,}|\s#", line.strip())[0].removeprefix("$ ")
        if bare.startswith("ripple ") and not NOT_COMMANDS.search(bare):
            found.append(bare)
    return found


def spoken(page: Path) -> list[str]:
    """Commands in the running text: `ripple …` between backticks, over line ends too."""
    text = BLOCK.sub("", page.read_text("utf-8"))
    found = [" ".join(match.split()) for match in re.findall(r"`(ripple [^`]+)`", text)]
    return [one for one in found if not NOT_COMMANDS.search(one)]


def understood(command: str) -> click.Command:
    """The command that click finds for these words.

    Raises:
        click.UsageError: there is no such command or option.
    """
    words = shlex.split(command)[1:]
    found: click.Command = main
    context = click.Context(main, info_name="ripple")
    while isinstance(found, click.Group):
        if not words:
            return found
        name, deeper, words = found.resolve_command(context, words)
        assert deeper is not None and name is not None
        found, context = deeper, click.Context(deeper, info_name=name, parent=context)
    if words and words[-1] in {option for p in found.params for option in p.opts} and len(words) == 1:
        return found  # an option named alone, as in `ripple run --person-level`
    found.make_parser(context).parse_args(words)
    return found


def small(text: str) -> str:
    """Python with few replicates, and designs of few points."""
    text = re.sub(r"(make_design\(.*, )\d+\)", r"\g<1>8)", text)
    return re.sub(r"\breplicates=(\d+)", lambda match: f"replicates={min(int(match[1]), 3)}", text)


def small_command(command: str) -> list[str]:
    """Arguments of a command with few people and replicates, on one worker."""
    words = shlex.split(command)[1:]
    options = {option for parameter in understood(command).params for option in parameter.opts}
    few = 19 if "promises" in words else 5  # a band of promises needs as many
    for name, most in (("--replicates", few), ("--samples", 4)):
        if name in words:
            at = words.index(name) + 1
            words[at] = str(min(int(words[at]), most))
        elif name == "--replicates" and name in options and "--precision" not in words:
            words += [name, str(few)]
    if "--set" in options and "my_firm" not in command:
        words += ["--set", "organization.people=60", "--set", "run.years=1.5"]
    for name, least in (("--draws", "4"), ("--grid", "3")):
        if name in options and name not in words:
            words += [name, least]
    if "--workers" in options:
        words += ["--workers", "1"]
    return words
