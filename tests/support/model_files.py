"""Model files rewritten at will, and compared."""

import json

import numpy as np
import safetensors.numpy

from crfseg.model.fields import arrays_of, header_of
from crfseg.model.file import digest_of
from crfseg.model.model import Model
from support.corpora import DATA


def same(one: Model, two: Model) -> bool:
    arrays, others = arrays_of(one.fields()), arrays_of(two.fields())
    return header_of(one.fields()) == header_of(two.fields()) and all(
        np.array_equal(array, others[name]) and array.dtype == others[name].dtype
        for name, array in arrays.items()
    )


def rewritten(path, change):
    """Change header and arrays of a model file, with a digest that fits."""
    with safetensors.safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["crfseg"].partition(" ")[2])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(header, arrays)
    text = json.dumps(header)
    metadata = {"crfseg": f"{digest_of(text, arrays)} {text}"}
    safetensors.numpy.save_file(arrays, path, metadata=metadata)


MODELS = DATA / "models"
