"""Answers of a provider, altered."""

import copy

from lxml import etree

from tests.providers.asserted import one


def put(path: str, attribute: str = "", value: str | None = None) -> object:
    """Sets an attribute, or the text, of the element at a path; None takes it away."""

    def bend(root: etree._Element) -> None:
        element = root if path == "." else one(root, path)
        if attribute and value is not None:
            element.set(attribute, value)
        elif attribute:
            del element.attrib[attribute]
        elif value is None:
            element.getparent().remove(element)
        else:
            element.text = value

    return bend


def twice(path: str) -> object:
    def bend(root: etree._Element) -> None:
        element = one(root, path)
        element.addnext(copy.deepcopy(element))

    return bend
