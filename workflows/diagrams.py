"""Mermaid diagrams of every machine, drawn from the declarations themselves."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from workflows.chain import machines
from workflows.models import Machine


def directory() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "workflows"


def diagram(model: type[Machine]) -> str:
    """One machine as Markdown with a Mermaid state diagram."""
    lines = [
        f"# {model._meta.object_name}",
        "",
        f"`{model.__module__}.{model.__qualname__}`, drawn by `manage.py draw_workflows`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {model.initial_state}",
    ]
    leaves = set()
    for spec in model.transitions.values():
        for source in spec.sources:
            leaves.add(source)
            lines.append(f"    {source} --> {spec.target or source}: {spec.name}")
    ends = {spec.target for spec in model.transitions.values()} - leaves - {None}
    lines += [f"    {state} --> [*]" for state in sorted(str(end) for end in ends)]
    lines += ["```", "", "| act | from | to | guards | who |", "| --- | --- | --- | --- | --- |"]
    for spec in model.transitions.values():
        guards = ", ".join(guard.__name__ for guard in spec.guards) or "–"
        who = "a consequence of another act" if spec.permission is None else spec.permission.__name__
        lines.append(f"| {spec.name} | {', '.join(spec.sources)} | {spec.target or 'same'} | {guards} | {who} |")
    return "\n".join(lines) + "\n"


def drawn() -> dict[str, str]:
    """File name → content, for all machines."""
    return {f"{model._meta.app_label}-{model._meta.model_name}.md": diagram(model) for model in machines()}
