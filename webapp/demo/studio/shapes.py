"""Solid shapes from a few numbers: turned, swept, cut from a sheet, folded.

One unit is ten centimetres. Every function adds one object to the current scene, standing on
z = 0 around the z axis unless it says otherwise, and returns it.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import bpy
from mathutils import Matrix, Vector

Point = tuple[float, ...]


def add(name: str, verts: Sequence, faces: Sequence, smooth: float | None = 40) -> bpy.types.Object:
    """A mesh object; edges sharper than `smooth` degrees stay sharp, `None` leaves facets."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(v) for v in verts], [], faces)
    mesh.validate()
    if smooth is not None:
        mesh.shade_smooth()
        mesh.set_sharp_from_angle(angle=math.radians(smooth))
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def paint(thing: bpy.types.Object, *materials: bpy.types.Material) -> bpy.types.Object:
    thing.data.materials.clear()
    for material in materials:
        thing.data.materials.append(material)
    return thing


def place(
    thing: bpy.types.Object,
    x: float = 0,
    y: float = 0,
    z: float = 0,
    *,
    turn: float = 0,
    tilt: float = 0,
    roll: float = 0,
    scale: float = 1,
) -> bpy.types.Object:
    """Move and turn, in degrees: `turn` about z, `tilt` about x, `roll` about y."""
    thing.matrix_world = (
        Matrix.Translation((x, y, z))
        @ Matrix.Rotation(math.radians(turn), 4, "Z")
        @ Matrix.Rotation(math.radians(tilt), 4, "X")
        @ Matrix.Rotation(math.radians(roll), 4, "Y")
        @ Matrix.Scale(scale, 4)
        @ thing.matrix_world
    )
    return thing


def together(*things, **move) -> list[bpy.types.Object]:
    """Place several objects (or lists of them) as if they were one."""
    flat: list[bpy.types.Object] = []
    for thing in things:
        flat.extend(thing if isinstance(thing, list) else [thing])
    for thing in flat:
        place(thing, **move)
    return flat


# -- lines ----------------------------------------------------------------------------------


def rounded(points: Sequence[Point], steps: int = 8) -> list[tuple[float, float]]:
    """A polyline whose corners are rounded: each point is (x, y) or (x, y, radius)."""
    out: list[tuple[float, float]] = []
    for i, p in enumerate(points):
        radius = p[2] if len(p) > 2 else 0
        here = Vector(p[:2])
        if not radius or i in (0, len(points) - 1):
            out.append((here.x, here.y))
            continue
        before, after = Vector(points[i - 1][:2]), Vector(points[i + 1][:2])
        a, b = (before - here), (after - here)
        reach = min(radius, a.length * 0.499, b.length * 0.499)
        start, end = here + a.normalized() * reach, here + b.normalized() * reach
        for s in range(steps + 1):
            t = s / steps
            q = start * (1 - t) ** 2 + here * 2 * t * (1 - t) + end * t**2
            out.append((q.x, q.y))
    return out


def flowing(points: Sequence[Point], steps: int = 10) -> list[Vector]:
    """A soft curve through all points (Catmull-Rom, centripetal enough for our spacing)."""
    pts = [Vector(p) for p in points]
    pts = [pts[0] * 2 - pts[1], *pts, pts[-1] * 2 - pts[-2]]
    out: list[Vector] = []
    for i in range(1, len(pts) - 2):
        p0, p1, p2, p3 = pts[i - 1 : i + 3]
        for s in range(steps):
            t = s / steps
            out.append(
                0.5
                * (
                    2 * p1
                    + (p2 - p0) * t
                    + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                    + (3 * p1 - p0 - 3 * p2 + p3) * t**3
                )
            )
    out.append(pts[-2])
    return out


def smooth_profile(points: Sequence[Point], steps: int = 10) -> list[tuple[float, float]]:
    return [(max(v.x, 0.0), v.y) for v in flowing(points, steps)]


def wall(outside: Sequence[Point], thickness: float, floor: float) -> list[tuple[float, float]]:
    """Close an outer profile (foot to lip) into a vessel with a wall and a rounded lip."""
    pts = [Vector(outside[0][:2])]
    for a, b in pairwise(outside):
        a, b = Vector(a[:2]), Vector(b[:2])
        parts = max(1, math.ceil((b - a).length / 0.07))
        pts += [a.lerp(b, k / parts) for k in range(1, parts + 1)]
    inner: list[tuple[float, float]] = []
    for i, p in enumerate(pts):
        d = (pts[min(i + 1, len(pts) - 1)] - pts[max(i - 1, 0)]).normalized()
        q = p + Vector((-d.y, d.x)) * thickness
        if q.y > floor and q.x > 0.02:
            inner.append((q.x, q.y))
    lip, top = pts[-1], Vector(inner[-1])
    middle, radius = (lip + top) / 2, thickness / 2
    along = (pts[-1] - pts[-2]).normalized()
    across = (lip - top).normalized()
    arc = [
        tuple(middle + across * math.cos(a) * radius + along * math.sin(a) * radius)
        for a in (math.pi * k / 8 for k in range(1, 8))
    ]
    bottom = inner[0]
    base = rounded(
        [(bottom[0], max(bottom[1], floor)), (bottom[0] * 0.97, floor, 0.05), (0, floor)], 4
    )
    return [tuple(p) for p in pts] + arc + inner[::-1] + base[1:]


# -- turned and swept -------------------------------------------------------------------------


def turned(
    profile: Sequence[Point],
    *,
    segments: int = 128,
    shape: Callable[[float, float, float], tuple[float, float]] | None = None,
    smooth: float | None = 40,
    name: str = "turned",
) -> bpy.types.Object:
    """A profile of (radius, height) spun about z. `shape(radius, height, angle)` may bend it."""
    verts, faces = [], []
    n = len(profile)
    for i in range(segments):
        angle = 2 * math.pi * i / segments
        for r, z in ((p[0], p[1]) for p in profile):
            if shape:
                r, z = shape(r, z, angle)
            verts.append((r * math.cos(angle), r * math.sin(angle), z))
    for i in range(segments):
        j = (i + 1) % segments
        faces += [(i * n + k, j * n + k, j * n + k + 1, i * n + k + 1) for k in range(n - 1)]
    return add(name, verts, faces, smooth)


def swept(
    path: Sequence[Point],
    width: float | Callable[[float], float],
    height: float | Callable[[float], float] | None = None,
    *,
    sides: int = 24,
    up: Point = (0, 0, 1),
    hollow: bool = False,
    name: str = "swept",
) -> bpy.types.Object:
    """An ellipse (full width and height) carried along a path; both may vary from 0 to 1."""
    pts = [Vector(p) for p in path]
    wide = width if callable(width) else lambda t: width
    high = wide if height is None else height if callable(height) else lambda t: height
    side = Vector(up)
    if abs((pts[1] - pts[0]).normalized().dot(side.normalized())) > 0.99:
        side = Vector((0, 1, 0)) if abs(side.y) < 0.5 else Vector((1, 0, 0))
    verts, faces = [], []
    for i, p in enumerate(pts):
        d = (pts[min(i + 1, len(pts) - 1)] - pts[max(i - 1, 0)]).normalized()
        side = (side - d * side.dot(d)).normalized()
        other = d.cross(side)
        t = i / (len(pts) - 1)
        for k in range(sides):
            a = 2 * math.pi * k / sides
            verts.append(p + other * math.cos(a) * wide(t) / 2 + side * math.sin(a) * high(t) / 2)
    for i in range(len(pts) - 1):
        for k in range(sides):
            m = (k + 1) % sides
            faces.append((i * sides + k, i * sides + m, (i + 1) * sides + m, (i + 1) * sides + k))
    if not hollow:
        faces.append(tuple(range(sides))[::-1])
        faces.append(tuple((len(pts) - 1) * sides + k for k in range(sides)))
    return add(name, verts, faces, 50)


def ring(radius: float, thickness: float, *, height: float | None = None) -> bpy.types.Object:
    """A torus lying flat at z = 0."""
    loop = [
        (radius * math.cos(a), radius * math.sin(a), 0)
        for a in (2 * math.pi * k / 72 for k in range(73))
    ]
    return swept(loop, thickness, height or thickness, sides=16, hollow=True, name="ring")


# -- sheets and blocks --------------------------------------------------------------------------


def soften(thing: bpy.types.Object, bevel: float, segments: int = 4) -> bpy.types.Object:
    if bevel:
        step = thing.modifiers.new("edge", "BEVEL")
        step.width, step.segments, step.limit_method = bevel, segments, "ANGLE"
        step.angle_limit = math.radians(40)
        step.harden_normals = False
    return thing


def block(
    width: float, depth: float, height: float, bevel: float = 0.02, segments: int = 4
) -> bpy.types.Object:
    """A box standing on z = 0 with softened edges, with UVs on its faces (0..1, front and top)."""
    w, d, h = width / 2, depth / 2, height
    verts = [(x, y, z) for z in (0, h) for y in (-d, d) for x in (-w, w)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6)]
    return soften(add("block", verts, faces, 30), bevel, segments)


def rounded_rectangle(width: float, height: float, radius: float, steps: int = 10) -> list[Point]:
    w, h = width / 2 - radius, height / 2 - radius
    out: list[Point] = []
    for cx, cy, start in ((w, h, 0), (-w, h, 90), (-w, -h, 180), (w, -h, 270)):
        for s in range(steps + 1):
            a = math.radians(start + 90 * s / steps)
            out.append((cx + radius * math.cos(a), cy + radius * math.sin(a)))
    return out


def circle(radius: float, x: float = 0, y: float = 0, steps: int = 48) -> list[Point]:
    return [
        (
            x + radius * math.cos(2 * math.pi * k / steps),
            y + radius * math.sin(2 * math.pi * k / steps),
        )
        for k in range(steps)
    ]


def plank(
    outline: Sequence[Point],
    thickness: float,
    bevel: float = 0.02,
    holes: Sequence[Sequence[Point]] = (),
) -> bpy.types.Object:
    """A flat outline (x, y) with holes, made thick upwards from z = 0, edges rounded."""
    curve = bpy.data.curves.new("plank", "CURVE")
    curve.dimensions, curve.fill_mode = "2D", "BOTH"
    curve.extrude = max(thickness / 2 - bevel, 0.0001)
    curve.bevel_depth, curve.bevel_resolution = bevel, 3
    curve.offset = -bevel
    for line in (outline, *holes):
        spline = curve.splines.new("POLY")
        spline.points.add(len(line) - 1)
        for p, (x, y) in zip(spline.points, line, strict=True):
            p.co = (x, y, 0, 1)
        spline.use_cyclic_u = True
    source = bpy.data.objects.new("plank", curve)
    bpy.context.scene.collection.objects.link(source)
    mesh = bpy.data.meshes.new_from_object(
        source.evaluated_get(bpy.context.evaluated_depsgraph_get())
    )
    bpy.data.objects.remove(source)
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=math.radians(30))
    thing = bpy.data.objects.new("plank", mesh)
    bpy.context.scene.collection.objects.link(thing)
    return place(thing, z=thickness / 2)


def sheet(
    width: float,
    depth: float,
    *,
    lift: Callable[[float, float], float] | None = None,
    grid: tuple[int, int] = (40, 40),
    thickness: float = 0.004,
    name: str = "sheet",
) -> bpy.types.Object:
    """A sheet of paper or cloth in the xy plane with UVs 0..1; `lift(x, y)` gives its height."""
    nx, ny = grid
    verts, faces, uvs = [], [], []
    for j in range(ny + 1):
        for i in range(nx + 1):
            x, y = (i / nx - 0.5) * width, (j / ny - 0.5) * depth
            verts.append((x, y, lift(x, y) if lift else 0))
            uvs.append((i / nx, j / ny))
    for j in range(ny):
        for i in range(nx):
            a = j * (nx + 1) + i
            faces.append((a, a + 1, a + nx + 2, a + nx + 1))
    thing = add(name, verts, faces, 60)
    layer = thing.data.uv_layers.new(name="uv")
    for loop in thing.data.loops:
        layer.data[loop.index].uv = uvs[loop.vertex_index]
    if thickness:
        step = thing.modifiers.new("thick", "SOLIDIFY")
        step.thickness, step.offset = thickness, 1
    return thing
