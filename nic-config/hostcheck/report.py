"""Findings as a table for people and as JSON for scripts."""

import json
import textwrap

from .host import ADVICE, OK, PROBLEM

NAME_WIDTH = 20


def counts(findings):
    return {state: sum(finding.state == state for finding in findings)
            for state in (OK, ADVICE, PROBLEM)}


def summary(findings):
    count = counts(findings)
    problems = "problem" if count[PROBLEM] == 1 else "problems"
    return f"{count[OK]} ok, {count[ADVICE]} advice, {count[PROBLEM]} {problems}"


def table(findings, title, width):
    """One block a topic, one line a fact; under what is not ok its cause and its fix."""
    lines = [title]
    topic = None
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines += ["", topic]
        head = f"  {finding.state:<8} {finding.name:<{NAME_WIDTH}} "
        lines += wrapped(head, finding.fact, width)
        if finding.state != OK:
            lines += wrapped(f"{'':11}cause  ", finding.cause, width)
            lines += wrapped(f"{'':11}fix    ", finding.fix, width)
    lines += ["", summary(findings)]
    return "\n".join(lines)


def wrapped(head, text, width):
    return textwrap.wrap(text, width=width, initial_indent=head, subsequent_indent=" " * len(head),
                         break_long_words=False, break_on_hyphens=False) or [head.rstrip()]


def as_json(findings, machine):
    return json.dumps({
        "machine": machine,
        "findings": [vars(finding) for finding in findings],
        "summary": counts(findings),
    }, indent=2)
