"""Page of an evaluation: the sections that show a Scores object."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from pathlib import PurePath
from typing import Any, Final

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.report import differences, plots
from crfseg.evaluation.report.page import (
    Fact,
    Figure,
    Page,
    Plot,
    Plots,
    Section,
    Table,
    Words,
    check_installed,
    foot,
    gold_files,
    write_page,
)
from crfseg.evaluation.report.wording import Text, Wording, share
from crfseg.evaluation.scores import Scores

_SLICES: Final = {
    "frequency": Text("Recall by training frequency", "按训练频次的召回率"),
    "length": Text("Recall by word length", "按词长的召回率"),
    "class": Text("Recall by class of characters", "按字符类别的召回率"),
    "label": Text("Recall by label", "按标注的召回率"),
}
_NOTES: Final = {
    "frequency": Text("times in the training text; 0: unknown", "训练文本中的次数；0 为未登录"),
    "length": Text("characters of the word", "词的字数"),
    "class": Text("what the word's characters are", "词由什么字符组成"),
    "label": Text("most frequent labels first", "最常见的标注在前"),
}  # fmt: skip
_NAMES: Final[Mapping[str, Wording]] = {
    "han": Text("Han", "汉字"), "kana": Text("kana", "假名"), "digits": Text("digits", "数字"),
    "latin": Text("Latin", "拉丁字母"), "punctuation": Text("punctuation", "标点"),
    "other": Text("other", "其他"), "mixed": Text("mixed", "混合"),
}  # fmt: skip
_TERMS: Final = {"criterion": Text("criterion", "分词规范"), "protocol": Text("protocol", "协议")}
_MOST_SLICES: Final = 16  # slices in a plot


def write_report(
    path: str | os.PathLike[str],
    scores: Scores,
    *,
    predicted: str = "",
    info: Mapping[str, Any] | None = None,
    parts: Sequence[Corpus] = (),
    learning_curve: Sequence[tuple[float, float]] = (),
) -> None:
    """Write an evaluation as one HTML file that needs no other file and no network.

    Parameters
    ----------
    path
        The file; replaced if it exists.
    scores
        The result of :func:`crfseg.evaluate`.
    predicted
        The name of the model, or of the file whose segmentation was scored.
    info
        The model's :attr:`crfseg.Model.info`: its terms and its training history.
    parts
        The gold corpora, if several were joined.
    learning_curve
        The points (training words, F1); F1 in [0, 1].

    Raises
    ------
    CrfsegError
        If jinja2 or matplotlib is not installed.
    OSError
        If the file cannot be written; an older file of that name is kept.
    """
    check_installed()
    parts = parts or (scores.alignment.gold,)
    write_page(path, _page(scores, predicted, info or {}, parts, learning_curve))


def _page(
    scores: Scores,
    predicted: str,
    info: Mapping[str, Any],
    parts: Sequence[Corpus],
    learning_curve: Sequence[tuple[float, float]],
) -> Page:
    names = ", ".join(PurePath(part.name).name for part in parts)
    title = PurePath(predicted).name or "crfseg evaluate"
    sections: list[Section] = [*_recall(scores), *_training(info, learning_curve)]
    sections += [_confusion(scores), *_oov_words(scores), differences.section(scores, parts)]
    return Page(
        title=f"{title}: {names}",
        figures=list(_figures(scores)),
        facts=list(_facts(predicted, info, parts)),
        warnings=list(_warnings(scores)),
        sections=sections,
        foot=foot(),
    )


# The head


def _figures(scores: Scores) -> Iterator[Figure]:
    low, high = scores.interval if scores.counts.true_words else (0.0, 0.0)
    ends = f"{100 * low:.2f} – {100 * high:.2f} %"
    yield Figure("F1", share(scores.f1), Text(f"95 % interval {ends}", f"95% 区间 {ends}"))
    yield Figure(
        Text("precision", "精确率"), share(scores.precision), _of(scores.counts.test_words)
    )
    yield Figure(Text("recall", "召回率"), share(scores.recall), _of(scores.counts.true_words))
    yield Figure(Text("boundary F1", "边界 F1"), share(scores.boundary_f1))
    sentences = f"{int(scores.alignment.right_sentences.sum()):,} / {len(scores.rows):,}"
    yield Figure(Text("sentences right", "整句正确率"), share(scores.sentence_accuracy), sentences)
    if scores.knows_words:
        oov = scores.counts.oov
        yield Figure(Text("OOV rate", "未登录词比例"), share(scores.oov_rate), _of(oov))
        yield Figure(Text("OOV recall", "未登录词召回率"), share(scores.oov_recall))
        yield Figure(Text("IV recall", "已登录词召回率"), share(scores.iv_recall))
    if scores.labelled is not None:
        yield Figure(Text("labelled F1", "带标注 F1"), share(scores.labelled.f1))


def _of(n: int) -> Text:
    return Text(f"{n:,} words", f"{n:,} 词")


def _facts(predicted: str, info: Mapping[str, Any], parts: Sequence[Corpus]) -> Iterator[Fact]:
    if predicted:
        yield Fact(Text("scored", "被测"), predicted)
    yield from gold_files(parts)
    for key, term in _TERMS.items():
        yield Fact(term, str(info[key]) if info.get(key) else Text("not stated", "未注明"))
    for corpus in info.get("corpora", ()):
        title, size = str(corpus.get("name", "")), f"{corpus.get('words', 0):,}"
        trained_on = Text(f"{title}, {size} words", f"{title}，{size} 词")
        yield Fact(Text("trained on", "训练语料"), trained_on)


def _warnings(scores: Scores) -> Iterator[Text]:
    n, total = int(scores.seen.sum()), len(scores.seen)
    if n:
        yield Text(
            f"{n:,} of {total:,} sentences, {scores.seen_share:.1%} of the text, are in the "
            "training text too. The model has seen them, so their figures are not a test.",
            f"{total:,} 句中有 {n:,} 句（占文本 {scores.seen_share:.1%}）也在训练文本里，"
            "模型已经见过，这部分指标不能算作测试。",
        )


# The sections


def _recall(scores: Scores) -> Iterator[Plots]:
    tables = {name: scores.breakdown[name] for name in _SLICES if name in scores.breakdown}
    low = plots.scale_of(list(tables.values()))
    shown = []
    for name, slices in tables.items():
        names = _NAMES if name == "class" else {}
        svg = plots.recall(f"recall-{name}", slices[:_MOST_SLICES], names, low)
        shown.append(Plot(_SLICES[name], svg, _NOTES[name]))
    if scores.calibration is not None:
        heading = Text("Confidence of the predicted words", "预测词的置信度")
        error = share(scores.calibration.error)
        note = Text(
            f"below the line the model is overconfident; expected calibration error {error}; "
            "bars: words by confidence, log scale",
            f"线下方为过于自信；期望校准误差 {error}；柱：各置信度的词数，对数刻度",
        )
        shown.append(Plot(heading, plots.calibration("calibration", scores.calibration), note))
    heading = Text("Kinds of differences", "差异的类型")
    note = Text(
        "several gold words predicted as one; one as several; or other boundaries",
        "多词并作一词；一词切成多词；切在别处",
    )
    shown.append(
        Plot(heading, plots.kinds("kinds", scores.differences, differences.KIND_NAMES), note)
    )
    yield Plots("figures", Text("Where it is good, and where not", "好在哪里，差在哪里"), shown)


def _oov_words(scores: Scores) -> Iterator[Words]:
    if not scores.oov_words:
        return
    n, missed = len(scores.oov_words), sum(each.found < each.words for each in scores.oov_words)
    yield Words(
        "oov",
        Text("Unknown words", "未登录词"),
        [(each.name, each.words, each.found) for each in scores.oov_words],
        "errors",
        Text(
            f"{n:,} words are not in the training vocabulary; {missed:,} of them were missed at "
            "least once. Found / times in the gold. Choose one to look for it in the differences.",
            f"{n:,} 个词不在训练词表中，其中 {missed:,} 个至少漏过一次。找到次数 / 标准中的次数。"
            "点击即在差异中查找。",
        ),
    )


def _confusion(scores: Scores) -> Table:
    names, counts = scores.confusion
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return Table(
        "tags",
        Text("Tags", "标记"),
        [Text("gold \\ predicted", "标准 \\ 预测"), *names],
        [
            [name, *(f"{n:,}" for n in row)]
            for name, row in zip(names, counts.tolist(), strict=True)
        ],
        Text(
            "Characters by tag: begin, middle, end of a word, single. Shades: share of the row.",
            "各标记的字数：词首、词中、词尾、单字词。深浅为在该行中的比例。",
        ),
        shares.tolist(),
    )


def _training(
    info: Mapping[str, Any], learning_curve: Sequence[tuple[float, float]]
) -> Iterator[Plots]:
    passes = info.get("history", ())
    keys = {
        "loss": Text("loss, log scale", "损失（对数刻度）"),
        "dev_f1": Text("F1 on dev", "开发集 F1"),
    }
    several = [sum(each.get(key) is not None for each in passes) > 1 for key in keys]
    shown = [
        Plot(keys[key], plots.history(key, passes, key, keys[key]))
        for key in compress(keys, several)
    ]
    if learning_curve:
        svg = plots.learning_curve("learning-curve", learning_curve)
        shown.append(Plot(Text("F1 by size of the training text", "F1 与训练文本的大小"), svg))
    if shown:
        yield Plots("training", Text("Training", "训练"), shown, str(info.get("stop", "")))
