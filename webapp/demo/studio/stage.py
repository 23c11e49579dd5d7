"""The photographer's corner: backdrop, lights, a camera that frames what stands on the table."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy
from mathutils import Vector
from PIL import Image

import cloth
import materials
from shapes import add
from webapp.kit.values import Value, replace

TONES = {
    "ceramics": "#d6d0c8",
    "glass": "#d2d2ce",
    "kitchen": "#dbd6cc",
    "lighting": "#d3ccc4",
    "linen": "#d9d5ce",
    "stationery": "#bfbcb6",
    "garden": "#cbccc5",
    "downloads": "#beb7af",
    "sage": "#b9c0b4",
    "clay": "#cfb5a8",
    "stone": "#c3c0bb",
    "dusk": "#a2968a",
}


class Shot(Value):
    """How one picture is taken. Angles in degrees; `fill` is the share of the frame used."""

    tone: str = "ceramics"
    elevation: float = 11
    azimuth: float = 0
    fill: float = 0.6
    lens: float = 85
    drop: float = 0.03
    mood: str = "day"
    width: int = 800
    height: int = 1000
    samples: int = 6
    wall: bool = False
    target: tuple[float, float, float] | None = None
    span: float | None = None
    blur: float | None = None
    bounces: int = 6


PICTURES: dict[str, tuple[Callable[[], object], Shot]] = {}


def picture(name: str, shot: Shot, **changes) -> Callable:
    """Register a function that sets the table for the picture called `name`."""

    def keep(setting: Callable[[], object]) -> Callable[[], object]:
        PICTURES[name] = (setting, replace(shot, **changes))
        return setting

    return keep


def corners(things) -> numpy.ndarray:
    graph = bpy.context.evaluated_depsgraph_get()
    found = []
    for thing in things:
        if thing.type != "MESH" or thing.get("unframed"):
            continue
        mesh = thing.evaluated_get(graph).to_mesh()
        co = numpy.empty(len(mesh.vertices) * 3)
        mesh.vertices.foreach_get("co", co)
        matrix = numpy.array(thing.matrix_world)
        found.append(co.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
    return numpy.concatenate(found)


def frame(shot: Shot, points: numpy.ndarray) -> tuple[Vector, Vector, float]:
    """Where the camera stands, what it looks at, and how far apart the two are."""
    e, a = math.radians(shot.elevation), math.radians(shot.azimuth)
    back = numpy.array([math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), math.sin(e)])
    right = numpy.array([math.cos(a), math.sin(a), 0])
    up = numpy.cross(back, right)
    half = 18 / shot.lens
    tall = half if shot.height >= shot.width else half * shot.height / shot.width
    wide = half if shot.width >= shot.height else half * shot.width / shot.height
    target = (points.min(0) + points.max(0)) / 2
    far = 10.0
    if shot.target is not None:
        target, far = numpy.array(shot.target), (shot.span or 2) / 2 / tall
    else:
        for _ in range(12):
            rel = points - target
            depth = far - rel @ back
            x, y = rel @ right / depth, rel @ up / depth
            target = (
                target + right * (x.min() + x.max()) / 2 * far + up * (y.min() + y.max()) / 2 * far
            )
            far *= max((x.max() - x.min()) / 2 / wide, (y.max() - y.min()) / 2 / tall) / shot.fill
    return Vector(target + back * far), Vector(target), far


def area(at: Vector, to: Vector, size: float, power: float, colour: str, name: str) -> None:
    light = bpy.data.lights.new(name, "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", size, size * 1.25
    light.energy, light.color = power, materials.rgb(colour)[:3]
    lamp = bpy.data.objects.new(name, light)
    lamp.location = at
    lamp.rotation_euler = (to - at).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)


def backdrop(shot: Shot, reach: float, behind: float) -> None:
    """A roll of painted paper: floor, a wide bend, wall; or a near wall with `wall`."""
    bend = reach * (0.12 if shot.wall else 4.5)
    back = behind + reach * (0.5 if shot.wall else 2.4)
    line = [(-40 * reach, 0.0)]
    line += [
        (back + math.sin(t) * bend, bend - math.cos(t) * bend)
        for t in (math.pi / 2 * k / 40 for k in range(41))
    ]
    line.append((back + bend, 60 * reach))
    verts = [(x, y, z) for y, z in line for x in (-40 * reach, 40 * reach)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(line) - 1)]
    paper = add("backdrop", verts, faces, 80)
    if shot.azimuth:
        paper.rotation_euler = (0, 0, math.radians(shot.azimuth))
    colour = TONES.get(shot.tone, shot.tone)
    g = materials.Graph("backdrop")
    g.set(Base_Color=materials.rgb(colour), Roughness=1.0)
    g.skin.inputs["Specular IOR Level"].default_value = 0.0
    paper.data.materials.append(g.material)


MOODS = {  # key, fill, sky, key colour
    "day": (0.80, 0.07, 0.30, "#fff6ec"),
    "soft": (0.6, 0.2, 0.42, "#fff8f0"),
    "dusk": (0.26, 0.05, 0.12, "#f3e9dd"),
}


def light(shot: Shot, centre: Vector, reach: float) -> None:
    key, fill, sky, warm = MOODS[shot.mood]
    turn = math.radians(shot.azimuth)

    def around(x: float, y: float, z: float) -> Vector:
        return centre + reach * Vector(
            (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), z)
        )

    area(around(-5.2, -2.6, 6.0), centre, reach * 4.2, 1500 * key * reach**2, warm, "window")
    area(around(6.5, -3.5, 3.5), centre, reach * 7, 1500 * fill * reach**2, "#eef2ff", "card")
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    world.use_nodes = True
    shader = world.node_tree.nodes["Background"]
    shader.inputs[0].default_value = (0.98, 0.97, 0.95, 1)
    shader.inputs[1].default_value = sky


def take(
    name: str,
    out: Path,
    *,
    threads: int = 1,
    scale: float = 1.0,
    samples: int = 0,
    enlarge: bool = False,
) -> Path:
    """Set the table for `name`, render it, and write `out/<name>.webp`.

    `scale` renders smaller; `enlarge` then brings the picture to its full size (quicker, softer).
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for thing in (*vars(materials).values(), *vars(cloth).values()):
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()
    setting, shot = PICTURES[name]
    setting()
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    points = corners(list(scene.objects))
    at, target, far = frame(shot, points)
    size = points.max(0) - points.min(0)
    reach = float(max(size)) / 2 if shot.span is None else shot.span / 2
    centre = Vector(((points.min(0) + points.max(0)) / 2).tolist()) if shot.span is None else target
    backdrop(shot, reach, float(points[:, 1].max()))
    light(shot, centre, reach)

    camera = bpy.data.cameras.new("camera")
    camera.lens, camera.shift_y = shot.lens, shot.drop
    camera.clip_start, camera.clip_end = far * 0.02, far * 30
    if shot.blur:
        camera.dof.use_dof = True
        camera.dof.focus_distance, camera.dof.aperture_fstop = far, shot.blur
    eye = bpy.data.objects.new("camera", camera)
    eye.location = at
    eye.rotation_euler = (target - at).to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(eye)
    scene.camera = eye

    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples = "CPU", samples or shot.samples
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.1
    cycles.adaptive_min_samples = 3
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "FAST"
    cycles.max_bounces = cycles.transmission_bounces = shot.bounces
    cycles.diffuse_bounces, cycles.glossy_bounces = 2, 3
    cycles.transparent_max_bounces = 12
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.use_light_tree = False
    cycles.sample_clamp_indirect, cycles.blur_glossy = 4.0, 0.6
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    render = scene.render
    render.threads_mode, render.threads = "FIXED", threads
    render.resolution_x, render.resolution_y = round(shot.width * scale), round(shot.height * scale)
    render.image_settings.file_format = "PNG"
    render.dither_intensity = 1.0
    with tempfile.TemporaryDirectory() as folder:
        render.filepath = str(Path(folder) / "shot.png")
        bpy.ops.render.render(write_still=True)
        size = (shot.width, shot.height) if enlarge else None
        return develop(Path(render.filepath), out / f"{name}.webp", size)


def develop(shot: Path, to: Path, size: tuple[int, int] | None = None) -> Path:
    """Full size if asked, a trace of grain against banding, then WebP."""
    plain = Image.open(shot).convert("RGB")
    if size and plain.size != size:
        plain = plain.resize(size, Image.Resampling.LANCZOS)
    pixels = numpy.asarray(plain).astype(numpy.float32)
    grain = numpy.random.default_rng(7).normal(0, 1.7, pixels.shape[:2])[..., None]
    image = Image.fromarray((pixels + grain).clip(0, 255).astype(numpy.uint8))
    to.parent.mkdir(parents=True, exist_ok=True)
    image.save(to, "WEBP", quality=90, method=6)
    return to
