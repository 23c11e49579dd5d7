"""What things are made of, as Blender shader graphs. Colours are plain sRGB hex strings."""

from functools import cache

import bpy

INK, OAT, SAGE, CLAY, CHALK = "#343a42", "#e4dccf", "#a0a497", "#b8937f", "#ece9e2"
FLAX, MOSS, RUST, WHITE = "#cbbda3", "#74765f", "#9c6a52", "#f1eee7"


def rgb(code: str) -> tuple[float, float, float, float]:
    """A hex colour as linear light."""
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return (*[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts], 1)


def shade(code: str, factor: float) -> str:
    """The same colour, darker (below 1) or lighter (above 1)."""
    parts = [min(255, round(int(code[i : i + 2], 16) * factor)) for i in (1, 3, 5)]
    return "#{:02x}{:02x}{:02x}".format(*parts)


class Graph:
    """A material under construction: nodes are added with their inputs, by name."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.skin = self.tree.nodes["Principled BSDF"]
        self.out = self.tree.nodes["Material Output"]
        self._coords: dict[str, bpy.types.NodeSocket] = {}

    def add(self, kind: str, inputs: dict | None = None, **props):
        node = self.tree.nodes.new("ShaderNode" + kind)
        for key, value in props.items():
            setattr(node, key, value)
        for key, value in (inputs or {}).items():
            self.put(node.inputs[key], value)
        return node

    def put(self, socket, value) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def set(self, **inputs) -> None:
        """Inputs of the main shader: `Base_Color=...` for 'Base Color'."""
        for key, value in inputs.items():
            self.put(self.skin.inputs[key.replace("_", " ")], value)

    def where(self, kind: str = "Object", scale: tuple[float, float, float] = (1, 1, 1)):
        coords = self.add("TexCoord")
        return self.add("Mapping", {"Vector": coords.outputs[kind], "Scale": scale}).outputs[0]

    def noise(self, at, scale: float, detail: float = 3, rough: float = 0.5):
        return self.add(
            "TexNoise", {"Vector": at, "Scale": scale, "Detail": detail, "Roughness": rough}
        ).outputs["Fac"]

    def ramp(self, value, *stops: tuple[float, str]):
        node = self.add("ValToRGB", {"Fac": value})
        ramp = node.color_ramp
        while len(ramp.elements) < len(stops):
            ramp.elements.new(0.5)
        for element, (at, colour) in zip(ramp.elements, stops, strict=True):
            element.position, element.color = at, rgb(colour)
        return node.outputs["Color"]

    def mix(self, factor, a, b, blend: str = "MIX"):
        node = self.add("Mix", data_type="RGBA", blend_type=blend)
        self.put(node.inputs[0], factor)
        self.put(node.inputs[6], rgb(a) if isinstance(a, str) else a)
        self.put(node.inputs[7], rgb(b) if isinstance(b, str) else b)
        return node.outputs[2]

    def math(self, operation: str, a, b=0.0):
        node = self.add("Math", operation=operation)
        self.put(node.inputs[0], a)
        self.put(node.inputs[1], b)
        return node.outputs[0]

    def bump(self, height, strength: float, distance: float = 0.02, normal=None):
        node = self.add("Bump", {"Height": height, "Strength": strength, "Distance": distance})
        if normal is not None:
            self.put(node.inputs["Normal"], normal)
        return node.outputs[0]


@cache
def glaze(
    colour: str,
    *,
    speckle: float = 0.5,
    rough: float = 0.3,
    foot: float = 0.0,
    clay: str = "#b79c7f",
    bump: float = 0.12,
):
    """Fired glaze: cloudy colour, iron specks, and bare clay below `foot` if that is above 0."""
    g = Graph("glaze")
    at = g.where()
    clouds = g.noise(at, 2.2, 4, 0.6)
    base = g.ramp(clouds, (0.3, shade(colour, 0.96)), (0.7, shade(colour, 1.03)))
    if speckle:
        cells = g.add("TexVoronoi", {"Vector": at, "Scale": 26, "Randomness": 1})
        size = g.math("MULTIPLY", g.noise(at, 9, 2), 0.26 * speckle)
        dots = g.math("LESS_THAN", cells.outputs["Distance"], size)
        keep = g.math("GREATER_THAN", cells.outputs["Color"], 0.5)
        dots = g.math("MULTIPLY", g.math("MULTIPLY", dots, keep), 0.62)
        base = g.mix(dots, base, shade(colour, 0.36))
    roughness = rough
    if foot:
        split = g.add("SeparateXYZ", {"Vector": at})
        edge = g.math("ADD", g.math("MULTIPLY", g.noise(at, 5, 2), 0.02), foot - 0.01)
        bare = g.math("LESS_THAN", split.outputs["Z"], edge)
        grains = g.ramp(g.noise(at, 60, 2), (0.35, shade(clay, 0.86)), (0.65, clay))
        base = g.mix(bare, base, grains)
        roughness = g.math("MAXIMUM", g.math("MULTIPLY", bare, 0.85), rough)
    g.set(Base_Color=base, Roughness=roughness)
    g.skin.inputs["Specular IOR Level"].default_value = 0.5
    g.set(Normal=g.bump(g.noise(at, 7, 3), bump, 0.02))
    return g.material


@cache
def matt(
    colour: str,
    *,
    grain: float = 60,
    rough: float = 0.8,
    bump: float = 0.3,
    cloud: float = 0.06,
    light: float = 0,
):
    """Unglazed clay, terracotta, stone, soap: dry, finely grained. `light` lifts what stands in
    glass, where fewer rays arrive than in life."""
    g = Graph("matt")
    at = g.where()
    base = g.ramp(
        g.noise(at, 3, 5, 0.6), (0.3, shade(colour, 1 - cloud)), (0.7, shade(colour, 1 + cloud))
    )
    base = g.mix(g.math("MULTIPLY", g.noise(at, grain, 2), 0.25), base, shade(colour, 0.8))
    g.set(Base_Color=base, Roughness=rough, Normal=g.bump(g.noise(at, grain, 3), bump, 0.01))
    if light:
        g.set(Emission_Color=base, Emission_Strength=light)
    g.skin.inputs["Specular IOR Level"].default_value = 0.3
    return g.material


@cache
def granite(dark: str = "#3d3e40", light: str = "#8d8c88"):
    g = Graph("granite")
    at = g.where()
    fine = g.noise(at, 38, 4, 0.75)
    base = g.ramp(fine, (0.38, shade(dark, 0.7)), (0.5, dark), (0.64, light))
    g.set(Base_Color=base, Roughness=0.7, Normal=g.bump(fine, 0.4, 0.02))
    return g.material


WOODS = {
    "oak": ("#a88358", "#bc996c", "#c9aa7f"),
    "walnut": ("#452f22", "#583d2c", "#6a4b37"),
    "beech": ("#c09a70", "#d3b089", "#dfc09a"),
    "cherry": ("#8a4f2f", "#a8683f", "#b97c52"),
    "ash": ("#c6ac83", "#d9c29b", "#e4d1ad"),
    "black": ("#141414", "#1d1d1c", "#2a2927"),
    "cedar": ("#a9683f", "#bd7d51", "#c98d61"),
}


@cache
def wood(kind: str = "oak", along: str = "X", *, scale: float = 1.0, rough: float = 0.5):
    """Oiled wood with rings stretched along one axis of the object, pores and a faint bump."""
    dark, middle, light = WOODS[kind]
    g = Graph("wood " + kind)
    squeeze = {"X": (0.07, 1, 1), "Y": (1, 0.07, 1), "Z": (1, 1, 0.07)}[along]
    at = g.where(scale=tuple(s * scale for s in squeeze))
    warp = g.noise(at, 1.7, 3, 0.55)
    bent = g.add("VectorMath", operation="ADD")
    g.put(bent.inputs[0], at)
    g.put(bent.inputs[1], g.add("CombineXYZ", {"X": warp, "Y": warp, "Z": warp}).outputs[0])
    rings = g.add(
        "TexWave",
        {"Vector": bent.outputs[0], "Scale": 1.7, "Distortion": 2.6, "Detail": 3},
        wave_type="RINGS",
        rings_direction=along,
    ).outputs["Fac"]
    fibre = g.noise(at, 34, 5, 0.7)
    tone = g.math("ADD", g.math("MULTIPLY", rings, 0.45), g.math("MULTIPLY", fibre, 0.55))
    base = g.ramp(tone, (0.25, dark), (0.5, middle), (0.75, light))
    pores = g.math("GREATER_THAN", g.noise(at, 120, 1), 0.69)
    base = g.mix(g.math("MULTIPLY", pores, 0.35), base, shade(dark, 0.75))
    g.set(Base_Color=base, Roughness=rough, Normal=g.bump(fibre, 0.12, 0.01))
    return g.material


METALS = {
    "brass": ("#c9a25a", 0.28),
    "steel": ("#b9bbbc", 0.3),
    "black": ("#232323", 0.45),
    "gold": ("#d6b169", 0.2),
}


@cache
def metal(kind: str = "brass", rough: float | None = None):
    colour, usual = METALS[kind]
    g = Graph("metal " + kind)
    at = g.where()
    stroke = g.noise(g.where(scale=(1, 1, 26)), 14, 2)
    r = usual if rough is None else rough
    cloudy = g.math("ADD", g.math("MULTIPLY", g.noise(at, 3, 3), 0.14), r - 0.05)
    g.set(
        Base_Color=g.ramp(g.noise(at, 2, 3), (0.3, shade(colour, 0.9)), (0.7, colour)),
        Metallic=1.0 if kind != "black" else 0.0,
        Roughness=cloudy,
        Normal=g.bump(stroke, 0.06, 0.004),
    )
    return g.material


@cache
def lacquer(colour: str, rough: float = 0.42):
    """Powder coat or enamel paint: even colour with the faintest orange peel."""
    g = Graph("lacquer")
    at = g.where()
    g.set(Base_Color=rgb(colour), Roughness=rough, Normal=g.bump(g.noise(at, 55, 2), 0.05, 0.01))
    return g.material


@cache
def enamel(colour: str):
    g = Graph("enamel")
    at = g.where()
    g.set(
        Base_Color=g.ramp(g.noise(at, 1.4, 3), (0.3, shade(colour, 0.97)), (0.7, colour)),
        Roughness=0.16,
        Coat_Weight=0.4,
        Coat_Roughness=0.06,
        Normal=g.bump(g.noise(at, 5, 2), 0.06, 0.02),
    )
    return g.material


@cache
def glass(tint: str = "#ffffff", *, ior: float = 1.45, rough: float = 0.0, shadow: float = 0.95):
    """Glass that lets light through to what it stands on (no black shadows, no caustic noise)."""
    g = Graph("glass")
    g.set(
        Base_Color=rgb(tint),
        Roughness=rough,
        IOR=ior,
        Transmission_Weight=1.0,
        Normal=g.bump(g.noise(g.where(), 1.8, 2), 0.02, 0.02),
    )
    clear = g.add("BsdfTransparent", {"Color": tuple(c * shadow for c in rgb(tint)[:3]) + (1,)})
    ray = g.add("LightPath")
    mix = g.add("MixShader")
    g.put(mix.inputs[0], ray.outputs["Is Shadow Ray"])
    g.put(mix.inputs[1], g.skin.outputs[0])
    g.put(mix.inputs[2], clear.outputs[0])
    g.put(g.out.inputs["Surface"], mix.outputs[0])
    return g.material


@cache
def paper(colour: str = "#f3eee3", rough: float = 0.85):
    g = Graph("paper")
    at = g.where()
    pulp = g.noise(at, 40, 4, 0.7)
    g.set(
        Base_Color=g.ramp(pulp, (0.3, shade(colour, 0.965)), (0.7, colour)),
        Roughness=rough,
        Normal=g.bump(pulp, 0.12, 0.006),
    )
    g.skin.inputs["Specular IOR Level"].default_value = 0.25
    return g.material


def printed(path: str, *, rough: float = 0.8, glow: float = 0.0):
    """Paper (or a screen, with `glow`) showing an image by UV."""
    g = Graph("printed")
    image = g.add("TexImage", {"Vector": g.where("UV")}, extension="EXTEND")
    image.image = bpy.data.images.load(path)
    colour = image.outputs["Color"]
    pulp = g.noise(g.where(), 40, 4, 0.7)
    g.set(Base_Color=colour, Roughness=rough, Normal=g.bump(pulp, 0.08 if not glow else 0.0, 0.006))
    g.skin.inputs["Specular IOR Level"].default_value = 0.25
    if glow:
        g.set(Emission_Color=colour, Emission_Strength=glow)
    return g.material


@cache
def wax(colour: str, lit: float = 0.0):
    """Candle wax; `lit` is the height of a burning candle, whose top glows from within."""
    g = Graph("wax")
    at = g.where()
    if lit:
        high = g.add("SeparateXYZ", {"Vector": at}).outputs["Z"]
        near = g.math("MAXIMUM", g.math("DIVIDE", g.math("SUBTRACT", high, lit - 0.75), 0.75), 0.0)
        g.set(
            Emission_Color=rgb("#ff9c4a"),
            Emission_Strength=g.math("MULTIPLY", g.math("POWER", near, 2.2), 0.42),
        )
    g.set(
        Base_Color=g.ramp(g.noise(at, 2.5, 4), (0.3, shade(colour, 0.93)), (0.7, colour)),
        Roughness=0.48,
        Subsurface_Weight=0.35,
        Subsurface_Scale=0.12,
        Normal=g.bump(g.noise(at, 9, 4), 0.12, 0.02),
    )
    g.skin.inputs["Subsurface Radius"].default_value = (1.0, 0.6, 0.3)
    return g.material


@cache
def glowing(colour: str = "#ffd9a3", strength: float = 8.0):
    g = Graph("glowing")
    g.set(Base_Color=rgb(colour), Emission_Color=rgb(colour), Emission_Strength=strength)
    return g.material


@cache
def lantern(strength: float = 0.0):
    """Mulberry paper that lets light through."""
    g = Graph("lantern")
    fibre = g.noise(g.where(scale=(1, 1, 1)), 16, 6, 0.75)
    base = g.ramp(fibre, (0.3, "#e9e0cf"), (0.7, "#f7f1e4"))
    thin = g.add("BsdfTranslucent", {"Color": base})
    mix = g.add("MixShader")
    mix.inputs[0].default_value = 0.5
    g.set(Base_Color=base, Roughness=0.9)
    g.put(mix.inputs[1], g.skin.outputs[0])
    g.put(mix.inputs[2], thin.outputs[0])
    g.put(g.out.inputs["Surface"], mix.outputs[0])
    if strength:
        g.set(Emission_Color=g.mix(0.6, base, "#ffcf94"), Emission_Strength=strength)
    return g.material


@cache
def leaf(colour: str = "#6f7f5c"):
    g = Graph("leaf")
    at = g.where()
    g.set(
        Base_Color=g.ramp(g.noise(at, 4, 3), (0.3, shade(colour, 0.8)), (0.7, shade(colour, 1.15))),
        Roughness=0.5,
        Subsurface_Weight=0.1,
        Subsurface_Scale=0.05,
    )
    return g.material


@cache
def crust():
    """Baked, floured, and paler where it was slashed (the same waves as the loaf's shape)."""
    g = Graph("crust")
    at = g.where()
    split = g.add("SeparateXYZ", {"Vector": at})
    along = g.math("ADD", split.outputs["X"], g.math("MULTIPLY", split.outputs["Y"], 0.5))
    cut = g.math("SINE", g.math("MULTIPLY", along, 7.5))
    cut = g.math(
        "MULTIPLY",
        g.math("GREATER_THAN", cut, 0.8),
        g.math("GREATER_THAN", split.outputs["Z"], 0.4),
    )
    dusty = g.math("MULTIPLY", g.noise(at, 9, 5, 0.7), g.math("MULTIPLY", split.outputs["Z"], 1.1))
    base = g.ramp(g.noise(at, 5, 5, 0.65), (0.3, "#6b3d1d"), (0.55, "#9c6230"), (0.75, "#c08a4e"))
    base = g.mix(g.math("MULTIPLY", g.math("GREATER_THAN", dusty, 0.36), 0.75), base, "#e5d3b5")
    base = g.mix(g.math("MULTIPLY", cut, 0.85), base, "#dcb98a")
    g.set(Base_Color=base, Roughness=0.85, Normal=g.bump(g.noise(at, 14, 6, 0.7), 0.6, 0.05))
    return g.material


@cache
def water():
    return glass("#f4faf8", ior=1.33)


@cache
def paint_of_wine():
    return glass("#6b1525", ior=1.34, shadow=0.6)


@cache
def oil():
    return glass("#c6a83a", ior=1.46, shadow=0.8)
