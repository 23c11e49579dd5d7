"""The files of the demo shop open: the table of a PDF leads to each of its parts."""

import re

from webapp.demo.booklets import booklet
from webapp.demo.reading import products


def test_every_file_is_a_whole_pdf_with_the_words_of_its_product():
    sold = [one for one in products() if any(each["digital"] for each in one["variants"])]
    assert len(sold) == 7

    for product in sold:
        made = booklet(product, "A4 (small)")

        title = product["title"].encode("cp1252")
        assert made.startswith(b"%PDF-1.4\n") and made.endswith(b"%%EOF\n")
        assert b"(" + title + b", A4 \\(small\\)) Tj" in made
        start = int(re.search(rb"startxref\n(\d+)\n", made)[1])
        places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n ", made[start:])]
        for number, place in enumerate(places, start=1):
            assert made[place:].startswith(b"%d 0 obj\n" % number)
        for length, stream in re.findall(
            rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", made, re.S
        ):
            assert len(stream) == int(length)
