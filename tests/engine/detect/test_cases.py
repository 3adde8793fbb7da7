"""Every drawn case is found exactly: nothing missing, nothing more, each of the right kind."""

import pytest

from fixtures.detect_cases import Case, Want, cases
from sygn_cli.domain.field import Detection
from sygn_cli.engine.detect import THRESHOLD, detect_fields

_SLACK = 2.5


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_exactly_the_fields_of_a_case_are_found(case: Case):
    left = list(_found(case))
    missing = []
    for want in case.wants:
        match = next((field for field in left if _is(field, want)), None)
        if match:
            left.remove(match)
        else:
            missing.append(want)
    assert not missing, f"not found; left over: {[_told(field) for field in left]}"
    assert not left, f"too much: {[_told(field) for field in left]}"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_drawing_a_case_twice_gives_the_same_bytes(case: Case):
    assert case.draw() == case.draw()


def _found(case: Case) -> list[Detection]:
    report = detect_fields(case.draw(), ocr=False)
    return [field for field in report.detections if field.confidence >= THRESHOLD]


def _is(field: Detection, want: Want) -> bool:
    places = (
        (want.x0, field.box.x),
        (want.x1, field.box.right),
        (want.base, field.box.bottom),
    )
    return (
        field.type == want.type
        and field.page == want.page
        and want.label in field.label
        and all(there is None or abs(there - here) <= _SLACK for there, here in places)
        and (want.party is None or field.party == want.party)
        and field.for_nobody == want.nobody
    )


def _told(field: Detection) -> str:
    x, right, bottom = round(field.box.x), round(field.box.right), round(field.box.bottom)
    return f"{field.type} {field.label!r} {x}-{right} on {bottom} {field.party!r}: {field.reason}"
