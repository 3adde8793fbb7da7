"""Finding the places in a PDF that a person has to fill, without a model and without a network."""

from sygn_cli.engine.detect.detection import detect_fields
from sygn_cli.engine.detect.report import THRESHOLD, DetectionReport

__all__ = ["THRESHOLD", "DetectionReport", "detect_fields"]
