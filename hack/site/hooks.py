"""Hooks of mkdocs: the navigation follows the pages that exist, and links to files that are not pages
lead to the repository."""

import posixpath
import re
from pathlib import Path

LINK = re.compile(r"\]\((?![a-z][a-z0-9+.-]*:|#|/)([^)\s#]+)(#[^)\s]*)?\)")


def title_of(page):
    """Returns the first heading of a page, or its name."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line[2:].strip()
    return page.stem


def complete(items, docs, listed):
    """Returns the navigation with folders for NAME/*, and without pages that do not exist."""
    out = []
    for item in items:
        (title, target), = item.items()
        if isinstance(target, list):
            target = complete(target, docs, listed)
        elif target.endswith("/*"):
            pages = sorted((docs / target[:-2]).glob("*.md"), key=lambda p: (p.name != "README.md", p.name))
            target = [{title_of(p): p.relative_to(docs).as_posix()} for p in pages]
            listed.update(p.relative_to(docs).as_posix() for p in pages)
        elif not (docs / target).exists():
            continue
        else:
            listed.add(target)
        if target:
            out.append({title: target})
    return out


def on_config(config):
    docs, listed = Path(config.docs_dir), set()
    config.nav = complete(config.nav, docs, listed)
    others = sorted(p for p in docs.rglob("*.md") if p.relative_to(docs).as_posix() not in listed)
    if others:
        config.nav.append({"More": [{title_of(p): p.relative_to(docs).as_posix()} for p in others]})
    return config


def on_page_markdown(markdown, page, config, files):
    """Links that leave the folder of the pages lead to the repository."""
    folder = posixpath.dirname(page.file.src_uri)

    def replace(match):
        path, anchor = match.group(1), match.group(2) or ""
        target = posixpath.normpath(posixpath.join("docs", folder, path))
        if target.startswith("docs/") or target == "docs":
            return match.group(0)
        kind = "tree" if (Path(config.docs_dir).parent / target).is_dir() else "blob"
        return f"]({config.repo_url}/{kind}/main/{target}{anchor})"

    return LINK.sub(replace, markdown)
