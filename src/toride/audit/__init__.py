"""What happened is written once, in order, and anyone can check it."""

from toride.audit.recorded import commit, fail, note, reading, recorded, refuse
from toride.audit.writer import record, stage

__all__ = ["commit", "fail", "note", "reading", "record", "recorded", "refuse", "stage"]
