"""Page heads and feet as artifacts.

WeasyPrint 70 marks the text of page margins like real content but hangs it on no branch of the structure
tree. PDF/UA-1 (clauses 7.1 and 7.8) wants running heads, page numbers and the like as artifacts, so that a
screen reader does not read them out on every page. The finisher here runs just before the file is written and
re-marks what no branch reaches.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pydyf
    from weasyprint import Document


def margins_as_artifacts(document: "Document", pdf: "pydyf.PDF") -> None:
    """Mark content that no branch reaches as ``Artifact`` and empty its place in the parent tree."""
    objects: dict[bytes, Any] = {item.reference: item for item in pdf.objects}
    root = objects[pdf.catalog["StructTreeRoot"]]
    reached = _reached(root["K"], objects)
    numbers = objects[root["ParentTree"]]["Nums"]
    owners_of = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for reference in pdf.page_references:
        page = objects[reference]
        owners = owners_of[page["StructParents"]]
        loose = {mcid for mcid, owner in enumerate(owners) if owner not in reached}
        owners[:] = ["null" if mcid in loose else owner for mcid, owner in enumerate(owners)]
        stream = objects[page["Contents"]]
        stream.stream = _remarked(stream.stream, loose)


def _reached(kids: Any, objects: dict[bytes, Any]) -> set[bytes]:
    """References of every structure element below ``kids``; integers among them are marks on a page."""
    reached: set[bytes] = set()
    waiting = list(kids)
    while waiting:
        reference = waiting.pop()
        if not isinstance(reference, bytes) or reference in reached:
            continue
        reached.add(reference)
        waiting.extend(objects[reference].get("K", ()))
    return reached


def _remarked(operators: list[Any], loose: set[int]) -> list[Any]:
    """The page's operators with ``/Span <</MCID n>> BDC`` turned into ``/Artifact BMC`` for loose marks."""
    result: list[Any] = []
    for operator in operators:
        properties = result[-1] if operator == b"BDC" else None
        if isinstance(properties, dict) and properties.get("MCID") in loose:
            result[-2:] = ["/Artifact", b"BMC"]
        else:
            result.append(operator)
    return result
