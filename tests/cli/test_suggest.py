"""crfseg suggest: sentences to annotate, and a better model from the answers."""

import numpy as np

import crfseg
from crfseg import ConstrainedText, Segmenter
from support.commands import run
from support.corpora import DEV, SAMPLE


def test_from_raw_text_to_a_better_model(tmp_path):
    dev = crfseg.read_corpus(SAMPLE / "dev.txt")
    gold = dict(zip(dev.texts(), np.split(dev.starts, dev.offsets[1:-1]), strict=True))
    file, model, asked = (tmp_path / name for name in ("raw.txt", "model", "asked.partial"))
    file.write_text("\n".join(dev.texts()), "utf-8")
    Segmenter(crfseg.train(SAMPLE / "train.txt", max_iterations=2)).model.save(model)
    done = run("suggest", file, "-m", model, "-n", 40, "-o", asked)
    assert (done.returncode, done.output.partition(" sentences, ")[0]) == (0, f"{asked}: 40")
    told = [ConstrainedText.parse(line) for line in asked.read_text("utf-8").splitlines()]
    answers = [
        ConstrainedText(
            m.text, np.where(m.boundaries, np.where(gold[m.text], 1, -1), 0).astype(np.int8)
        )
        for m in told
    ]
    asked.write_text("\n".join(answer.markup for answer in answers), "utf-8")
    done = run("train", asked, "--init", model, "-o", tmp_path / "new", "--dev", DEV)
    assert done.returncode == 0
    f1, before = (crfseg.evaluate(dev, crfseg.load(path)).f1 for path in (tmp_path / "new", model))
    assert f1 > before + 0.01
    assert run("suggest", file, "-m", tmp_path / "new", "-n", 5).output.count("\n") == 5
