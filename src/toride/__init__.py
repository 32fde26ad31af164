"""Toride (砦): a CRM in which customer information is guarded first, and used well because it is guarded.

    doors     urls    cli
    work      customers
    keep      access ─▶ audit ─▶ vault
    ground    ui | jobs ─▶ base

Every arrow points down; docs/architecture.md is the picture in full.
"""

__version__ = "0.1.0"
