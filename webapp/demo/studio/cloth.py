"""Woven and twisted things: linen, wool, waffle, jute."""

from functools import cache

from materials import Graph, shade


@cache
def linen(colour: str, *, stripes: str | None = None, weave: float = 46, bands: tuple = ()):
    """Plain weave by its UVs (units of length); `bands` are (from, to) across v, in `stripes`."""
    g = Graph("linen")
    uv = g.where("UV")
    split = g.add("SeparateXYZ", {"Vector": uv})
    slub = g.noise(g.where("UV", (2, 60, 1)), 3, 3)
    slub2 = g.noise(g.where("UV", (60, 2, 1)), 3, 3)
    threads = g.math("MULTIPLY", g.math("ADD", slub, slub2), 0.5)
    base = g.ramp(threads, (0.3, shade(colour, 0.86)), (0.68, shade(colour, 1.05)))
    for low, high in bands:
        inside = g.math(
            "MULTIPLY",
            g.math("GREATER_THAN", split.outputs["Y"], low),
            g.math("LESS_THAN", split.outputs["Y"], high),
        )
        base = g.mix(inside, base, stripes or shade(colour, 0.6))
    warp = g.math("SINE", g.math("MULTIPLY", split.outputs["X"], weave * 6.283))
    weft = g.math("SINE", g.math("MULTIPLY", split.outputs["Y"], weave * 6.283))
    height = g.math("ADD", g.math("MULTIPLY", g.math("MULTIPLY", warp, weft), 0.5), threads)
    g.set(Base_Color=base, Roughness=0.9, Sheen_Weight=0.25, Normal=g.bump(height, 0.35, 0.012))
    g.skin.inputs["Specular IOR Level"].default_value = 0.15
    return g.material


@cache
def wool(colour: str):
    g = Graph("wool")
    at = g.where()
    fuzz = g.noise(at, 42, 5, 0.75)
    fleece = g.noise(at, 7, 4, 0.6)
    base = g.ramp(
        g.math("MULTIPLY", g.math("ADD", fuzz, fleece), 0.5),
        (0.35, shade(colour, 0.78)),
        (0.62, shade(colour, 1.08)),
    )
    uv = g.add("SeparateXYZ", {"Vector": g.where("UV")})
    twill = g.math("SINE", g.math("MULTIPLY", g.math("ADD", uv.outputs["X"], uv.outputs["Y"]), 130))
    height = g.math("ADD", fuzz, g.math("MULTIPLY", twill, 0.16))
    g.set(
        Base_Color=base,
        Roughness=1.0,
        Sheen_Weight=0.6,
        Sheen_Roughness=0.5,
        Normal=g.bump(height, 0.7, 0.03),
    )
    g.skin.inputs["Specular IOR Level"].default_value = 0.05
    return g.material


@cache
def waffle(colour: str, cells: float = 9):
    g = Graph("waffle")
    uv = g.add("SeparateXYZ", {"Vector": g.where("UV")})
    u = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", uv.outputs["X"], cells * 3.1416)))
    v = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", uv.outputs["Y"], cells * 3.1416)))
    cell = g.math("MINIMUM", u, v)
    fine = g.noise(g.where("UV", (60, 60, 1)), 4, 3)
    height = g.math("ADD", g.math("MULTIPLY", cell, -1.0), g.math("MULTIPLY", fine, 0.2))
    base = g.ramp(cell, (0.0, shade(colour, 1.04)), (0.9, shade(colour, 0.84)))
    g.set(Base_Color=base, Roughness=0.95, Sheen_Weight=0.25, Normal=g.bump(height, 0.9, 0.045))
    g.skin.inputs["Specular IOR Level"].default_value = 0.1
    return g.material


@cache
def jute(colour: str = "#b0905f"):
    g = Graph("jute")
    at = g.where()
    fibre = g.noise(at, 55, 5, 0.8)
    base = g.ramp(fibre, (0.32, shade(colour, 0.62)), (0.66, shade(colour, 1.12)))
    g.set(Base_Color=base, Roughness=0.95, Normal=g.bump(fibre, 0.8, 0.02))
    return g.material
