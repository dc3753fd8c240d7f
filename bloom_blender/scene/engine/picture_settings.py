"""Settings of the Bloom render engine: ``scene.bloom`` and ``view_layer.bloom``."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty

from ...flame.model import Flame, Tone

#: Settings that are a `Tone`'s numbers, by the same name.
TONE = (
    "supersample", "brightness", "gamma", "gamma_threshold", "vibrancy", "highlight_power", "filter_radius",
    "estimator_radius", "estimator_minimum", "estimator_curve",
)  # fmt: skip
_REST = Tone()


class BloomPictureSettings(bpy.types.PropertyGroup):
    """How the Bloom engine makes a picture; every number can be keyframed."""

    device: EnumProperty(
        name="Device",
        description="What plays the chaos game. Where a graphics card fails, the processor goes on",
        items=(
            ("AUTO", "Automatic", "The graphics card, if there is one that is not a software driver"),
            ("CPU", "CPU", "The processor: the same picture on every machine of its kind"),
            ("GPU", "GPU Compute", "The first graphics card, of any kind"),
        ),
        default="AUTO",
    )
    quality: FloatProperty(
        name="Render Quality",
        description="Points for each pixel of a final render. Four times as many halve the noise and take "
        "four times as long",
        default=200.0,
        min=0.1,
        soft_min=10.0,
        soft_max=2000.0,
        max=1e6,
    )
    quality_viewport: FloatProperty(
        name="Viewport Quality",
        description="Points for each pixel of the viewport, after which it rests",
        default=50.0,
        min=0.1,
        soft_min=5.0,
        soft_max=500.0,
        max=1e6,
    )
    seed: IntProperty(name="Seed", description="Choose another set of points", default=0, min=0)
    motion_samples: IntProperty(
        name="Motion Steps",
        description="Moments of the shutter time that a picture with motion blur is made of",
        default=16,
        min=2,
        soft_max=64,
        max=1024,
    )
    supersample: IntProperty(
        name="Oversample",
        description="Counts for each pixel in each direction. More make edges smoother; twice as many take "
        "four times the memory",
        default=1,
        min=1,
        soft_max=4,
        max=8,
    )
    brightness: FloatProperty(
        name="Brightness",
        description="Factor on the logarithm of the density",
        default=_REST.brightness,
        min=0.0,
        soft_max=50.0,
    )
    gamma: FloatProperty(
        name="Gamma",
        description="More lifts the thin parts of a flame",
        default=_REST.gamma,
        min=0.01,
        soft_min=1.0,
        soft_max=8.0,
    )
    gamma_threshold: FloatProperty(
        name="Threshold",
        description="Density below which gamma fades out, so that single points do not glare",
        default=_REST.gamma_threshold,
        min=0.0,
        soft_max=0.2,
        precision=3,
    )
    vibrancy: FloatProperty(
        name="Vibrancy",
        description="1 bends the density and keeps colours saturated, 0 bends each channel and pales them",
        default=_REST.vibrancy,
        min=0.0,
        soft_max=1.0,
        max=30.0,
    )
    highlight_power: FloatProperty(
        name="Highlights",
        description="How fast what is too bright fades to white; below 0 it clips or keeps its colour",
        default=_REST.highlight_power,
        soft_min=-1.0,
        min=-10.0,
        soft_max=10.0,
    )
    filter_radius: FloatProperty(
        name="Filter Radius",
        description="Width of the filter that makes pixels of counts",
        default=_REST.filter_radius,
        min=0.0,
        soft_max=2.0,
        max=10.0,
    )
    estimator_radius: FloatProperty(
        name="Estimator Radius",
        description="How far a single point spreads its light, in pixels: smooths thin parts. 0 turns it off",
        default=_REST.estimator_radius,
        min=0.0,
        soft_max=30.0,
        max=100.0,
    )
    estimator_minimum: FloatProperty(
        name="Minimum",
        description="How far a point in the densest parts spreads its light, in pixels",
        default=_REST.estimator_minimum,
        min=0.0,
        soft_max=5.0,
        max=100.0,
    )
    estimator_curve: FloatProperty(
        name="Curve",
        description="How fast the spread shrinks with density",
        default=_REST.estimator_curve,
        min=0.01,
        soft_max=1.0,
        max=5.0,
    )
    use_curves: BoolProperty(
        name="Tone Curves",
        description="Apply the tone curves of the first flame's file",
        default=True,
    )
    use_soft_lens: BoolProperty(
        name="Soft Focus",
        description="Concentrate the blur in its middle, as flame renderers do; off, it is the even disc or "
        "polygon of a real lens",
        default=True,
    )
    use_holdout: BoolProperty(
        name="Hide Behind",
        description="Leave out what lies behind the meshes of the scene, to be laid over their own render",
        default=True,
    )


class BloomLayerSettings(bpy.types.PropertyGroup):
    """Which passes the Bloom engine makes for a view layer, besides Combined and Depth."""

    use_pass_density: BoolProperty(
        name="Density", description="Logarithm of the density, before gamma and colour", default=False
    )
    use_pass_index: BoolProperty(
        name="Color Index", description="Mean place in the palette, 0 to 1", default=False
    )


CLASSES = (BloomPictureSettings, BloomLayerSettings)


def take_from(settings: BloomPictureSettings, flame: Flame) -> None:
    """Set the tone that a flame's file asks for."""
    for name in TONE:
        setattr(settings, name, getattr(flame.tone, name))


def tone_of(settings: BloomPictureSettings, first: Flame) -> Tone:
    """The tone that the settings say, with the curves and the filter's shape of the ``first`` flame."""
    numbers = {name: getattr(settings, name) for name in TONE}
    curves = (first.tone.curves, first.tone.splines) if settings.use_curves else ((), ())
    return Tone(**numbers, filter_shape=first.tone.filter_shape, curves=curves[0], splines=curves[1])


def register() -> None:
    """Register the settings and attach them."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.bloom = PointerProperty(type=BloomPictureSettings, name="Bloom")
    bpy.types.ViewLayer.bloom = PointerProperty(type=BloomLayerSettings, name="Bloom")


def unregister() -> None:
    """Undo :func:`register`; files keep the values."""
    del bpy.types.ViewLayer.bloom
    del bpy.types.Scene.bloom
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
