"""The result on paper: readable text with its Japanese, the signed note attached, nothing of it taken for markup."""

import io
import subprocess

import pypdf
import pytest
from django.utils import translation

from tests.kit import events
from tests.people import House, signed_in
from toride.access.models import Person
from toride.access.reviews import report, result
from toride.access.reviews.models import Campaign
from toride.access.reviews.tests.acts import closed, opened
from toride.base import clock
from toride.base.errors import Conflict, Unavailable
from toride.ui import documents

pytestmark = pytest.mark.requirement("A5")


@pytest.fixture(autouse=True)
def letters() -> None:
    """Without a Japanese font there is no document; a machine that tests has one, where it may be installed."""
    try:
        documents.font()
    except Unavailable:
        pytest.skip("no Japanese font is installed")


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """Its words, without the ends of lines, which fall where a column ends."""
    return "".join(page.extract_text() for page in read(content).pages).replace("\n", "")


def test_it_says_who_decided_what_in_either_language(house: House) -> None:
    campaign = closed(house)
    for language, words in (
        ("ja", ("権限の棚卸しの結果", "窓口", "未判定")),
        ("en", ("Access review result", "Teller")),
    ):
        with translation.override(language):
            said = text_of(report.pdf(campaign))
        for one in (*words, "長谷川 由美", "みどり台支店", "okubo"):
            assert one in said, (language, one, said)


def test_the_signed_note_is_attached_and_verifies(house: House) -> None:
    campaign = closed(house)
    attached = read(report.pdf(campaign)).attachments["access-review.txt"][0].decode()
    assert attached == campaign.result
    assert result.opened(attached)["campaign"] == str(campaign.pk)


def test_the_same_result_is_the_same_bytes_and_no_markup_runs(house: House) -> None:
    Person.objects.filter(pk=house.teller.pk).update(name='#read("/settings.py") *太字* $x$')
    campaign = closed(house)
    first = report.pdf(campaign)
    assert first == report.pdf(campaign)
    assert '#read("/settings.py") *太字*' in text_of(first)


def test_a_document_reads_nothing_outside_the_source_and_fetches_nothing(tmp_path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("瑠璃絵")
    for words in (f'#read("{outside}")', '#read("/../../../etc/passwd")', '#import "@preview/cetz:0.3.1"'):
        template = documents.ROOT / "ui/templates/ui/document.typ"
        with pytest.raises(RuntimeError):
            documents.typst.compile(
                words.encode(), root=documents.ROOT, package_path=tmp_path, package_cache_path=tmp_path
            )
        assert template.exists()


def test_an_altered_result_a_long_one_and_a_machine_without_fonts_are_told(house: House, monkeypatch) -> None:
    campaign = closed(house)
    monkeypatch.setattr(report, "MOST", 2)
    with pytest.raises(Conflict):
        report.pdf(campaign)
    monkeypatch.setattr(report, "MOST", 5_000)
    monkeypatch.setattr(documents, "JAPANESE", ("No such font",))
    documents.font.cache_clear()
    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        report.pdf(campaign)
    documents.font.cache_clear()
    Campaign.objects.update(result=campaign.result.replace("okubo", "saeki"))
    with pytest.raises(Unavailable):
        report.pdf(Campaign.objects.get())


def test_who_may_read_the_review_downloads_it_and_the_trail_says_so(house: House) -> None:
    campaign = closed(house)
    path = f"/access-reviews/{campaign.pk}/document/"
    answer = signed_in(house.auditor).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert (events()[0].did, events()[0].facts["digest"]) == ("download", result.digest(campaign.result))
    assert signed_in(house.teller).get(path).status_code in (302, 403)
    campaign_open = opened(house, branches=["003"])
    assert signed_in(house.auditor).get(f"/access-reviews/{campaign_open.pk}/document/").status_code == 404
    assert clock.now()


def test_it_is_archivable(house: House, tmp_path) -> None:
    """PDF/A-3b as its metadata say; Poppler reads it without a complaint, where it is installed."""
    content = report.pdf(closed(house))
    metadata = read(content).xmp_metadata
    assert metadata is not None
    assert b"pdfaid:part>3" in content or metadata.pdfaid_part == "3"
    (tmp_path / "r.pdf").write_bytes(content)
    try:
        told = subprocess.run(["pdffonts", tmp_path / "r.pdf"], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        return
    fonts = told.stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), told.stdout
