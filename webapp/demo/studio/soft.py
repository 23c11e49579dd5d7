"""Soft shapes: folded cloth, stuffed cushions, pebbles and loaves."""

import math
from itertools import pairwise

import bpy
from mathutils import Vector, noise

from shapes import add


def folded(
    width: float,
    depth: float,
    layers: int,
    cloth: float = 0.035,
    *,
    seed: int = 0,
    loose: float = 1.0,
    across: int = 60,
    name: str = "folded",
) -> bpy.types.Object:
    """A cloth folded back and forth, folds to the left and right; UVs run in units of length."""
    path: list[tuple[float, float]] = []
    gap = cloth * 1.35
    for n in range(layers):
        shift = 0.025 * loose * math.sin(seed * 3.1 + n * 2.3)
        reach = width / 2 + shift - gap / 2
        xs = [-reach + 2 * reach * k / 26 for k in range(27)]
        if n % 2:
            xs.reverse()
        path += [(x, n * gap) for x in xs]
        if n < layers - 1:
            side = 1 if n % 2 == 0 else -1
            path += [
                (
                    side * (reach + math.sin(a) * gap * 0.62),
                    n * gap + (1 - math.cos(a)) * gap / 2,
                )
                for a in (math.pi * k / 7 for k in range(1, 7))
            ]
    lengths = [0.0]
    for a, b in pairwise(path):
        lengths.append(lengths[-1] + math.dist(a, b))
    verts, uvs, faces = [], [], []
    for j in range(across + 1):
        v = j / across
        for (x, z), u in zip(path, lengths, strict=True):
            y = (v - 0.5) * depth
            wave = noise.noise(Vector((x * 1.6 + seed, y * 1.6, z * 3)))
            edge = noise.noise(Vector((seed + 9, z * 14, 1 if v > 0.5 else 0)))
            y += edge * 0.035 * loose * (1 if v > 0.5 else -1) * abs(2 * v - 1) ** 3
            x2 = x + 0.02 * loose * noise.noise(Vector((y * 2.2, z * 9, seed + 4)))
            sag = 0.5 + 0.5 * abs(x) / (width / 2)
            verts.append((x2, y, z + cloth / 2 + wave * 0.045 * loose * (z + 0.02) / 0.3 * sag))
            uvs.append((u, y))
    n = len(path)
    for j in range(across):
        for i in range(n - 1):
            a = j * n + i
            faces.append((a, a + 1, a + n + 1, a + n))
    thing = add(name, verts, faces, 80)
    layer = thing.data.uv_layers.new(name="uv")
    for loop in thing.data.loops:
        layer.data[loop.index].uv = uvs[loop.vertex_index]
    step = thing.modifiers.new("thick", "SOLIDIFY")
    step.thickness, step.offset = cloth * 0.9, 0
    round_ = thing.modifiers.new("round", "SUBSURF")
    round_.levels = round_.render_levels = 1
    return thing


def pillow(size: float, height: float, seed: int = 0, grid: int = 90) -> bpy.types.Object:
    """A stuffed square lying flat, pulled in at the sides and creased towards its corners."""
    verts, faces = [], []
    for face in (1, -1):
        for j in range(grid + 1):
            for i in range(grid + 1):
                u, v = 2 * i / grid - 1, 2 * j / grid - 1
                rise = ((1 - abs(u) ** 2.4) * (1 - abs(v) ** 2.4)) ** 0.42
                pull = 1 - 0.07 * (1 - v * v) * abs(u) - 0.0 * rise
                draw = 1 - 0.07 * (1 - u * u) * abs(v)
                x, y = u * size / 2 * pull, v * size / 2 * draw
                r = math.hypot(u, v)
                crease = noise.noise(Vector((u * 2.2 + seed, v * 2.2, face)))
                fine = noise.noise(Vector((math.atan2(v, u) * 5 + seed, r * 1.4, face * 2))) * max(
                    0, r - 0.35
                )
                z = face * height / 2 * rise * (1 + 0.10 * crease) + face * 0.05 * fine * rise**0.5
                verts.append((x, y, z))
    n = grid + 1
    for f in range(2):
        for j in range(grid):
            for i in range(grid):
                a = f * n * n + j * n + i
                quad = (a, a + 1, a + n + 1, a + n)
                faces.append(quad if f == 0 else quad[::-1])
    thing = add("pillow", verts, faces, 70)
    layer = thing.data.uv_layers.new(name="uv")
    for loop in thing.data.loops:
        co = thing.data.vertices[loop.vertex_index].co
        layer.data[loop.index].uv = (co.x, co.y)
    return thing


def lump(
    radius: float, *, squash: float = 1, rough: float = 0.1, seed: int = 0, grain: float = 1.5
):
    """A pebble, a loaf, a lemon before it is painted: a sphere pushed about by noise."""
    verts, faces = [], []
    rows, cols = 48, 72
    for j in range(rows + 1):
        for i in range(cols):
            a, b = math.pi * j / rows, 2 * math.pi * i / cols
            d = Vector((math.sin(a) * math.cos(b), math.sin(a) * math.sin(b), -math.cos(a)))
            r = radius * (1 + rough * noise.noise(d * grain + Vector((seed * 7.3, 0, 0))))
            verts.append((d.x * r, d.y * r, d.z * r * squash + radius * squash))
    for j in range(rows):
        for i in range(cols):
            m = (i + 1) % cols
            faces.append((j * cols + i, j * cols + m, (j + 1) * cols + m, (j + 1) * cols + i))
    return add("lump", verts, faces, 80)
