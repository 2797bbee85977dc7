"""Random strings through everything that cuts; what must hold of any text, held.

``python tests/fuzz.py 1000000`` tries a million (``make fuzz``); test_fuzz.py tries some of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import crfseg
from support.corpora import SAMPLE
from support.fuzzing import BATCH, check_batch


def main(n: int) -> None:
    segmenter = crfseg.Segmenter(crfseg.train(SAMPLE / "train.txt"))
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "sample.crfseg"
        segmenter.model.save(model)
        for seed in range(-(-n // BATCH)):
            check_batch(segmenter, seed, model)
            print(f"{(seed + 1) * BATCH:,} strings", end="\r", flush=True)
    print()


if __name__ == "__main__":
    main(int(sys.argv[1]))
