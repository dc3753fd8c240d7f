"""Formats that need a library of their own: what each is called, and the command that converts it.

The command is for the machine that trained, where the library is that wrote the format.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..source import Source


class Foreign(NamedTuple):
    """A format and the command, with ``{path}`` for what was chosen."""

    name: str
    command: str


_KERAS = (
    "python -c \"import keras, numpy; numpy.savez('step_1.npz', **{{v.path.replace('/', '.'): v.numpy() "
    "for v in keras.models.load_model('{path}').variables}})\""
)
KERAS = Foreign("a Keras model", _KERAS)
HDF5 = Foreign("HDF5, as Keras writes it", _KERAS)
DISTRIBUTED = Foreign(
    "a distributed checkpoint of PyTorch (DCP)",
    "python -m torch.distributed.checkpoint.format_utils dcp_to_torch {path} step_1.pt",
)
ORBAX = Foreign(
    "a checkpoint of Orbax (JAX)",
    "python -c \"import jax, numpy, orbax.checkpoint as o; numpy.savez('step_1.npz', "
    "**{{jax.tree_util.keystr(k, simple=True, separator='.'): v for k, v in "
    "jax.tree_util.tree_leaves_with_path(o.StandardCheckpointer().restore('{path}'))}})\"",
)
AIM = Foreign("a repository of Aim", "aim up --repo {path}, and export the metrics of one run as CSV")
NEPTUNE = Foreign(
    "a folder of Neptune, whose numbers are on its server",
    "python -c \"import neptune; neptune.init_run(with_id='RUN', mode='read-only')['train/loss']"
    ".fetch_values().to_csv('loss.csv')\"",
)
TENSORFLOW = Foreign(
    "a checkpoint of TensorFlow",
    "python -c \"import tensorflow as tf, numpy; r = tf.train.load_checkpoint('{path}'); "
    "numpy.savez('step_1.npz', **{{n.replace('/', '.'): r.get_tensor(n) "
    'for n in r.get_variable_to_shape_map()}})"',
)

_ORBAX_FILES = {"_CHECKPOINT_METADATA", "manifest.ocdbt", "ocdbt.process_0", "_sharding"}
_MOST_FOLDERS = 200


def of_file(source: Source) -> Foreign | None:
    """The foreign format of a file, by its first bytes, or by its name where those say too little."""
    name = source.name.lower()
    if source.head[:4] == b"\x89HDF":
        return HDF5
    if source.head[:2] == b"PK" and (name.endswith(".keras") or b"model.weights.h5" in source.head):
        return KERAS
    if name.endswith(".distcp"):
        return DISTRIBUTED
    if source.path.with_name(f"{source.path.stem}.index").is_file() and ".data-" in name:
        return TENSORFLOW
    return None


def of_folder(folder: Path) -> tuple[Foreign, Path] | None:
    """The foreign format of the contents of a folder, and where they are; None if there is none."""
    for count, (place, folders, files) in enumerate(os.walk(folder)):
        folders.sort()
        for foreign, is_here in _FOLDERS:
            if is_here(set(files), set(folders)):
                return foreign, Path(place)
        keras = next((name for name in sorted(files) if name.lower().endswith((".keras", ".h5"))), None)
        if keras is not None:
            return KERAS, Path(place) / keras
        if count >= _MOST_FOLDERS:
            break
    return None


_FOLDERS: tuple[tuple[Foreign, Callable[[set[str], set[str]], bool]], ...] = (
    (DISTRIBUTED, lambda files, folders: any(name.endswith(".distcp") for name in files)),
    (ORBAX, lambda files, folders: bool(_ORBAX_FILES & (files | folders))),
    (AIM, lambda files, folders: ".aim" in folders),
    (NEPTUNE, lambda files, folders: ".neptune" in folders),
    (TENSORFLOW, lambda files, folders: any(".data-00000-of-" in name for name in files)),
)


def sentence(foreign: Foreign, path: Path) -> str:
    """What to say about it, after the name of the file or folder and "is" or "holds"."""
    command = foreign.command.format(path=path)
    return f"{foreign.name}, which needs its own library: on the training machine run {command}"
