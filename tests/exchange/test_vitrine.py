from tests.exchange.whole_files import read
from webapp.exchange.lines import Choices
from webapp.exchange.records import KEEP, Attribute, Axis, Custom, External, Image, Role

BY_HAND = """\
handle,title,status,categories,tags,images,External ids,Compare-at price,SKU,Price,Stock,\
Option 1 Name,option 1 value,Option 1 values,"Attribute: Height [number, cm]",Field: note,\
Variant field: shop.bin,Description,Colour of the box
stool,Oak stool,active,Home > Stools; Gifts,oak; handmade\\; oiled,\
https://a.example/1.jpg > Front; b.jpg,erp > 77,,OAK-S,149,3,Size,S,S; M; L,45.0,keep dry,A1,,red
STOOL,,,,,,,169,OAK-M,149.5,,Size,M,,,,,,
lamp,Lamp,draft,,,,,,LAMP,20,1,,,,,,,<p>Bright</p>,
"""


def test_a_file_by_hand_is_read_whatever_its_case_and_order() -> None:
    found = read(BY_HAND)
    stool = found.one("Oak stool")

    assert found.dialect.name == "vitrine"
    assert found.dialect.ignored == ("Colour of the box",)
    assert found.numbers == [1, 2, 3]
    assert not found.problems()
    assert [(use.number, use.role) for use in stool.rows] == [
        (1, Role.product), (2, Role.variant),
    ]  # fmt: skip
    assert stool.externals == (External("erp", "77"),)
    assert stool.categories == (("Home", "Stools"), ("Gifts",))
    assert stool.tags == ("oak", "handmade; oiled")
    assert stool.images == (Image("https://a.example/1.jpg", "Front"), Image("b.jpg"))
    assert stool.attributes == (Attribute("Height", "45.0", "number", "cm"),)
    assert stool.custom == (Custom("custom.note", "keep dry"),)
    assert stool.axes == (Axis("Size", ("S", "M", "L")),)
    assert [(v.options, v.price, v.compare_at, v.quantity) for v in stool.variants] == [
        ((("Size", "S"),), "149.00", None, 3),
        ((("Size", "M"),), "149.50", "169.00", KEEP),
    ]
    assert stool.variants[0].custom == (Custom("shop.bin", "A1"),)
    assert (stool.body, stool.summary) == (None, KEEP)


def test_a_product_of_five_axes_needs_nothing_folded() -> None:
    names = "".join(f"Option {n} name,Option {n} value," for n in range(1, 6))
    values = "".join(f"Axis {n},{n}," for n in range(1, 6))

    (record,) = read(f"Handle,Title,{names}Compare-at price\na,A,{values}\n").records

    assert record.variants[0].options == tuple((f"Axis {n}", str(n)) for n in range(1, 6))


def test_lists_that_are_written_wrongly_are_errors_of_their_cell() -> None:
    found = read(
        "Handle,Title,External ids,Compare-at price,Content and unit,Upsells,Images,Downloads\n"
        "a,A,erp,,250 ml,ABC,a > b > c,only-a-name\n"
    )

    assert sorted((p.row, p.column) for p in found.problems()) == [
        (1, "Content and unit"), (1, "Downloads"), (1, "External ids"), (1, "Images"),
        (1, "Upsells"),
    ]  # fmt: skip


def test_rows_without_a_handle_belong_together_by_their_external_id() -> None:
    found = read(
        "Handle,Title,External ids,Compare-at price,Option 1 name,Option 1 value\n"
        ",A,erp > 1,,Size,S\n,,erp > 1,,Size,M\n,B,,,,\n,,,9,,\n"
    )

    assert [(r.title, len(r.variants)) for r in found.records] == [("A", 2), ("B", 0)]
    assert [(row.number, row.sentence) for row in found.left] == [
        (4, "The row has no handle, no external id and no title.")
    ]


def test_an_option_without_its_value_or_name_is_an_error() -> None:
    found = read(
        "Handle,Title,External ids,Option 1 name,Option 1 value,Price\na,A,,Size,,1\nb,B,,,S,1\n"
    )

    assert [(p.row, p.sentence) for p in found.problems()] == [
        (1, "The value of the option “Size” is missing."),
        (2, "The value “S” has no option name."),
    ]


def test_blank_cells_can_be_told_to_keep() -> None:
    text = "Handle,Title,External ids,Compare-at price,Tags,SKU\na,A,,,,X\n"

    cleared = read(text).records[0]
    kept = read(text, Choices(blank="keep")).records[0]

    assert (cleared.tags, cleared.variants[0].compare_at) == (None, None)
    assert (kept.tags, kept.variants[0].compare_at) == (KEEP, KEEP)
