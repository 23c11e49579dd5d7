"""What the guide shows: a small invented shop, enough to see every part of the look."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from webapp.kit.money import Money
from webapp.web.assets import Assets
from webapp.web.submissions import Submission
from webapp.web.templates import make_environment

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"


def asset(name: str) -> str:
    """The plain address of a static file, or of several as one; refuses one that is not there."""
    folder, _, file = name.rpartition("/")
    for stem in Path(file).stem.split("+"):
        if not (STATIC / folder / f"{stem}{Path(file).suffix}").is_file():
            raise LookupError(name)
    return f"/static/{name}"


def environment() -> Environment:
    """The shop's own templates and the guide beside this file."""
    made = make_environment(
        ROOT / "templates",
        url_for=lambda name, **_: f"/{name}",
        asset=asset,
        drawing=Assets(STATIC).drawing,
    )
    made.loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent)]
    )
    return made


@dataclass
class Picture:
    number: int
    alt: str
    widths: tuple[int, ...] = (320, 640, 960, 1280)
    width: int = 1280
    height: int = 1600

    def url(self, width: int) -> str:
        return f"/media/{self.number}/{width}.webp"


@dataclass
class Category:
    name: str
    url: str
    children: list["Category"] = field(default_factory=list)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


PICTURES = [Picture(number, f"A stool, view {number + 1}") for number in range(5)]

PRODUCTS = [
    SimpleNamespace(
        url="/products/bowl",
        name="Stoneware bowl",
        price=euros(2400),
        brand="Kiln & Sons",
        image=PICTURES[0],
        colours=["sage", "oak", "#333333", "no such colour"],
    ),
    SimpleNamespace(
        url="/products/stool",
        name="Stool No. 4",
        price=euros(14700),
        compare_at=euros(18900),
        image=PICTURES[1],
    ),
    SimpleNamespace(
        url="/products/throw",
        name="Linen throw, washed",
        price=euros(8900),
        price_varies=True,
        image=PICTURES[2],
    ),
    SimpleNamespace(
        url="/products/lamp",
        name="Brass lamp",
        price=euros(12900),
        sold_out=True,
        image=PICTURES[3],
    ),
    SimpleNamespace(
        url="/products/board",
        name="A very long name for a rather small cutting board made from end grain walnut",
        price=euros(5400),
        compare_at=euros(6400),
    ),
]

MENU = [
    Category("Tableware", "/categories/tableware", [Category("Bowls", "/categories/bowls")]),
    *(
        Category(name, f"/categories/{name.lower()}")
        for name in ("Furniture", "Lighting", "Textiles", "Kitchen", "Garden", "Paper", "Gifts")
    ),
]

SHOP = SimpleNamespace(
    name="Vitrine & Daughters",
    tagline="Things for the house, made to be kept.",
    email="hello@example.com",
    phone="+46 8 123 456",
    address="Bruksgatan 4\n111 22 Stockholm",
)

FRAME = SimpleNamespace(
    shop=SHOP,
    menu=MENU,
    path="/products",
    notices=[SimpleNamespace(text="Stool No. 4 is in your cart.", kind="success")],
    staff=SimpleNamespace(name="Astrid Lind"),
    unread=3,
    may=lambda _: True,
)

FORM: Submission = Submission(
    values={"email": "astrid@", "delivery": "std"},
    lists={"email": ["astrid@"], "delivery": ["std"]},
    errors={
        "email": "Write an email address, like name@example.com.",
        "given": "This is needed.",
        "": "The shipping method is no longer offered.",
    },
)

EVENTS = [
    SimpleNamespace(at=datetime(2026, 3, 5, 10, tzinfo=UTC), text="Marked as paid", by="Astrid"),
    SimpleNamespace(at=datetime(2026, 3, 4, 10, tzinfo=UTC), text="Order placed"),
]

CONTEXT = {
    "frame": FRAME,
    "pictures": PICTURES,
    "products": PRODUCTS,
    "form": FORM,
    "events": EVENTS,
}
