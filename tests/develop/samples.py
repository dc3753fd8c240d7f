"""Small flames whose pictures are known."""

from __future__ import annotations

from dataclasses import replace

from bloom_blender.flame.model import Camera, Flame, Palette, Tone, Variation, Xform

LINEAR = (Variation("linear", 1.0),)


def square(size: int = 48, **tone) -> Flame:
    """The unit square, evenly covered, over the whole picture and its gutter: four maps of half size."""
    corners = ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))
    xforms = tuple(
        Xform(weight=1.0, coefs=(0.5, 0.0, 0.0, 0.5, *corner), variations=LINEAR, color=k / 3.0)
        for k, corner in enumerate(corners)
    )
    settings = {"quality": 50.0, "estimator_radius": 0.0, "filter_radius": 0.0} | tone
    # The square -1..1 covers the picture and the ten pixels of the gutter around it.
    return Flame(
        "square", xforms,
        palette=Palette(((1.0, 0.5, 0.25),)),
        camera=Camera(size=(size, size), scale=(size + 20) / 2.0),
        tone=Tone(**settings),
    )  # fmt: skip


def flower(size: int = 64) -> Flame:
    """A flame with a third dimension, depth blur, a final xform and an xform that is half hidden."""
    xforms = (
        Xform(
            weight=1.0,
            coefs=(0.6, 0.4, -0.4, 0.6, 0.3, 0.0),
            variations=(Variation("linear", 1.0), Variation("zcone", 0.3)),
        ),
        Xform(
            weight=0.5,
            coefs=(0.5, 0.0, 0.0, 0.5, -0.4, 0.3),
            variations=(Variation("spherical", 0.5),),
            color=1.0,
            opacity=0.5,
        ),
    )
    final = Xform(variations=(Variation("swirl", 0.3), Variation("linear", 0.7)), color_speed=0.0)
    camera = Camera(
        size=(size, size * 3 // 4),
        scale=size / 3.0,
        pitch=0.6,
        yaw=0.2,
        perspective=0.2,
        dof=0.2,
        rotate=20.0,
    )
    return Flame("flower", xforms, (final,), camera=camera, tone=Tone(quality=30.0))


def toned(flame: Flame, **changes) -> Flame:
    return replace(flame, tone=replace(flame.tone, **changes))
