"""The summary in the README: what stands between two marks is replaced, and nothing else."""

from __future__ import annotations

BEGIN = "<!-- figures: written by make figures -->"
END = "<!-- end of figures -->"


def with_summary(readme: str, summary: str) -> str:
    """Return the README with these figures.

    Raises:
        ValueError: The marks are not there, once each and in order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in before + after:
        raise ValueError(f"README.md must have {BEGIN} and then {END}, once each.")
    return f"{before}{BEGIN}\nMeasured on {summary}\n{END}{after}"
