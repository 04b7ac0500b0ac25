"""What every comparison says of its machine, and the files it writes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mensura

from .peers import is_installed
from .timing import machine_facts


def facts_of_this_run(packages: Mapping[str, str]) -> dict[str, str]:
    """Machine, versions of mensura and of the peers that are here, instruction set.

    `packages` names the module of each package.
    """
    present = [name for name, module in packages.items() if is_installed(module)]
    facts = machine_facts(["mensura", "numpy", *present])
    return facts | {"instruction set": str(mensura.build_info()["isa"])}


def heading_of(facts: Mapping[str, str]) -> str:
    """Write the facts as a Markdown list."""
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def write_results(
    file: Path, title: str, facts: Mapping[str, str], record: Mapping[str, Any], text: str
) -> None:
    """Write the text to `file`.md and the record to `file`.json, in a folder made where missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".md").write_text(f"# {title}\n\n{heading_of(facts)}\n\n{text}\n")
    content = json.dumps({"machine": facts, **record}, indent=1)
    file.with_suffix(".json").write_text(content + "\n")


def replaced(document: str, begin: str, end: str, text: str) -> str:
    """Replace what stands between two marks of a document."""
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the document has no {begin} ... {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
