"""Is what a steering member types in a letter kept by itself, and does the file come beside the page?"""

import pytest
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser


@pytest.mark.requirement("S3")
def test_a_letter_is_kept_while_it_is_typed_and_comes_as_a_file(site: Site, device: Device) -> None:
    """S3a: also when the page is closed without pressing anything; two files after each other from the same page."""
    path = "/bekend/noord/tekst/start/"
    page = device("sam", path, width=1280)
    page.get_by_label("Kop", exact=True).fill("Wij beginnen")
    page.get_by_text("Bewaard door Sam").wait_for()
    again = device("sofie" if "sofie" in site.town["sessions"] else "fatima", path, width=1280)
    assert again.get_by_label("Kop", exact=True).input_value() == "Wij beginnen"
    text = page.get_by_label("Tekst", exact=True)
    text.fill(text.input_value().replace("[naam en telefoonnummer van wie de pers te woord staat]", "de stuurgroep"))
    for extension in ("PDF", "TXT"):
        page.locator("form#text:not([data-sending])").wait_for()
        with page.expect_download() as coming:
            page.get_by_role("button", name=f"Opslaan en downloaden als {extension}").click()
        assert coming.value.suggested_filename == f"noord-start-nl.{extension.lower()}"
    assert page.get_by_label("Kop", exact=True).input_value() == "Wij beginnen"
