import dataclasses
import importlib
import pkgutil

import pytest

import webapp
from webapp.kit.values import Value, asdict, field, names_of, replace


class Corner(Value):
    x: int
    y: int = 0


class Shape(Value, kw_only=True):
    name: str = ""
    corners: tuple[Corner, ...] = ()
    more: dict[str, list[Corner]] = field(default_factory=dict)


def test_values_with_equal_fields_are_equal_and_stay_as_they_are():
    one, same, other = Corner(1), Corner(1, 0), Corner(1, 2)

    assert (one, hash(one)) == (same, hash(same))
    assert one != other
    assert replace(one, y=2) == other
    assert one.y == 0
    with pytest.raises(AttributeError):
        one.x = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        Shape("square")  # type: ignore[misc]


def test_values_within_are_taken_apart_as_well():
    shape = Shape(name="line", corners=(Corner(1), Corner(2)), more={"mid": [Corner(3)]})

    assert names_of(shape) == names_of(Shape) == ("name", "corners", "more")
    assert asdict(shape) == {
        "name": "line",
        "corners": ({"x": 1, "y": 0}, {"x": 2, "y": 0}),
        "more": {"mid": [{"x": 3, "y": 0}]},
    }
    assert Shape().more is not Shape().more


def test_no_value_of_ours_has_a_default_meant_for_a_dataclass():
    for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
        if not module.name.endswith(("__main__", ".asgi", ".migrations.env")):
            importlib.import_module(module.name)

    values = list(_below(Value))
    assert len(values) > 300
    wrong = [
        value
        for value in values
        if any(isinstance(default, dataclasses.Field) for default in value.__struct_defaults__)
    ]
    assert wrong == []


def _below(kind: type[Value]) -> list[type[Value]]:
    return [each for one in kind.__subclasses__() for each in (one, *_below(one))]
