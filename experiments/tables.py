"""The tables and plots of the experiments, from their CSV files by pandas and matplotlib."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import rc_context

BLUE = "#0072b2"
COLORS = (BLUE, "#56b4e9", "#d55e00", "#e69f00")
SMALL = {"textcoords": "offset points", "fontsize": 8}
SHARES = ["f1", "precision", "recall", "oov_rate", "oov_recall", "iv_recall", "labelled_f1"]


class Results:
    """The figures in ``folder``, of all experiments; F1, recall and the like in per cent."""

    def __init__(self, folder: Path) -> None:
        self.rows = cache(lambda name: pd.read_csv(folder / name))

    def runs(self, experiment: str) -> pd.DataFrame:
        rows = self.rows(f"{experiment}/results.csv")
        return rows.assign(**{name: 100 * rows[name] for name in SHARES if name in rows})

    def mean(self, experiment: str, column: str, variant: str, corpus: str = "") -> float:
        """Return a mean over the seeds; without a corpus that of the corpora's means."""
        rows = self.runs(experiment)
        rows = rows[(rows.variant == variant) & (rows.corpus == (corpus or rows.corpus))]
        return float(rows.groupby("corpus")[column].mean().mean())

    def f1(self, experiment: str, variant: str, corpus: str = "") -> float:
        return self.mean(experiment, "f1", variant, corpus)

    def oov(self, experiment: str, variant: str, corpus: str = "") -> float:
        return self.mean(experiment, "oov_recall", variant, corpus)

    def mb(self, experiment: str, variant: str, corpus: str = "") -> float:
        return self.mean(experiment, "model_bytes", variant, corpus) / 1e6

    def bundled(self, what: str, who: str, at: str = "") -> float:
        """Return a figure of the bundled model, or of another beside it, on a dev set."""
        rows = self.rows("default-model/results.csv")
        rows = rows[(rows.what == what) & (rows.who == who) & (rows["at"].fillna("") == at)]
        return float(rows["median"].mean())

    def bench(self, name: str, what: str, who: str) -> float:
        """Return a median of the benchmarks."""
        rows = self.rows(f"bench/{name}.csv")
        return float(rows[(rows.what == what) & (rows.who == who)]["median"].mean())


# Tables


def variants_table(results: Results, experiment: str) -> pd.DataFrame:
    """Return F1 of every variant, half the distance between its seeds, and recall of OOV words."""
    rows = results.runs(experiment)
    by_run = rows.groupby(["corpus", "variant"], sort=False)
    f1, oov = by_run["f1"].mean(), by_run["oov_recall"].mean()
    half = (by_run["f1"].max() - by_run["f1"].min()) / 2
    cells = pd.DataFrame({"f1": f1, "half": half, "oov": oov}).apply(
        lambda cell: f"{cell.f1:.2f} ±{cell.half:.2f} / {cell.oov:.1f}", axis=1
    )
    shown = cells.unstack("corpus").reindex(rows.variant.unique())[list(rows.corpus.unique())]
    means = pd.DataFrame({"f1": f1, "oov": oov}).groupby("variant").mean()
    shown["mean"] = means.apply(lambda cell: f"{cell.f1:.2f} / {cell.oov:.1f}", axis=1)
    return shown.T if shown.shape[1] > len(shown) + 1 else shown


def corpora_table(results: Results, variant: str) -> pd.DataFrame:
    rows = results.runs("all-corpora").set_index("corpus")
    rows = rows[rows.variant == variant]
    shown = rows[SHARES].map(lambda x: "" if pd.isna(x) else f"{x:.2f}")
    shown.insert(0, "train words", rows.train_words.map("{:,.0f}".format))
    shown["seconds"] = rows.seconds.map("{:.1f}".format)
    shown["peak MB"] = (rows.peak_bytes / 1e6).map("{:,.0f}".format)
    shown["model MB"] = (rows.model_bytes / 1e6).map("{:.1f}".format)
    return shown


def sizes_table(results: Results) -> pd.DataFrame:
    ways = results.runs("model-size").groupby("variant", sort=False)
    shown = pd.DataFrame({"patterns": ways.patterns.mean().map("{:,.0f}".format)})
    shown["MB"] = (ways.model_bytes.mean() / 1e6).map("{:.1f}".format)
    columns = {"dev F1": ways.f1.mean(), "least": ways.f1.min(), "most": ways.f1.max()}
    for name, column in columns.items():
        shown[name] = column.map("{:.2f}".format)
    return shown.set_axis("`" + shown.index + "`")


def raw_table(results: Results) -> pd.DataFrame:
    corpora = {"ctb6": "news, CTB 6", "ud_zh_gsd_trad": "Wikipedia, traditional script"}
    corpora |= {"zx": "a novel", "medical_forum": "a forum"}
    columns = {
        f"`{protocol}`": [
            f"{results.f1('profiles', variant, c):.2f} / {results.oov('profiles', variant, c):.1f}"
            for c in corpora
        ]
        for protocol in ("closed", "transductive", "open")
        for variant in [f"accurate, {protocol}"]
    }
    return pd.DataFrame(columns, index=list(corpora.values()))


def two_profiles_table(results: Results) -> pd.DataFrame:
    lines = {
        "F1 on dev": ("training", "dev F1", "{:.2f}"),
        "training": ("training", "training time", "{:.1f} s"),
        "memory in training": ("training", "peak memory", "{:.0f} MB"),
        "tagging, characters a second, one core": ("peers", "words of lines", "{:.1f} million"),
        "model file": ("training", "model size", "{:.1f} MB"),
    }
    profiles = {"`accurate`": "crfseg-accurate", "`fast`": "crfseg"}
    columns = {
        profile: [shown.format(results.bench(*key, who)) for *key, shown in lines.values()]
        for profile, who in profiles.items()
    }
    return pd.DataFrame(columns, index=list(lines))


DEV_SETS = {
    "sample": "sample", "ud_zh_gsd_trad": "UD GSD", "traditional script": "in traditional script",
    "full width": "in full width", "ctb6": "CTB 6", "pku": "PKU", "nlpcc2016_weibo": "Weibo",
    "zx": "a novel", "medical_forum": "a forum", "wtb": "Weibo treebank",
    "ud_lzh_kyoto": "classical", "kwdlc_ja": "Japanese",
}  # fmt: skip


def peers_of(results: Results, what: str) -> pd.DataFrame:
    """Return a figure of each segmenter with a model of its own, on each dev set.

    In parentheses where the model was made from that text.
    """
    rows = results.rows("default-model/results.csv")
    rows = rows[rows.what == what]
    shown = (
        rows["median"]
        .map("{:.2f}".format)
        .where(rows.note != "seen", "(" + rows["median"].map("{:.2f}".format) + ")")
    )
    cells = rows.assign(shown=shown).pivot(index="who", columns="at", values="shown")
    return cells.loc[rows.who.unique(), list(DEV_SETS)].rename(columns=DEV_SETS)


def bundled_table(results: Results) -> pd.DataFrame:
    """Return F1 of the bundled model beside the others', their standards and their speed."""
    rows = results.rows("default-model/results.csv")
    facts = rows[rows.what == "speed"].set_index("who")
    times = rows[rows.what == "crfseg-bundled is faster"].set_index("who")["median"]
    shown = peers_of(results, "F1")
    shown.insert(0, "standard", facts.note)
    shown["M characters/s"] = facts["median"].map("{:.2g}".format)
    shown["crfseg is faster, times"] = times.map("{:.3g}".format)
    shown.loc["crfseg-bundled", "crfseg is faster, times"] = ""
    return shown.rename_axis(index=None, columns=None)


def crossed_table(results: Results) -> pd.DataFrame:
    return peers_of(results, "crossed").rename_axis(index=None, columns=None)


def active_table(results: Results) -> pd.DataFrame:
    """Return the mean F1 on both dev sets by the words that were annotated."""
    rows = results.runs("active-learning").dropna(subset=["budget"])
    ways = rows[rows.budget > 0].groupby(["corpus", "budget", "way"], sort=False).f1.mean()
    shown = ways.map("{:.2f}".format).unstack("way")
    forum, news = (shown.loc[corpus] for corpus in ("medical_forum", "ctb6"))
    return (forum + " / " + news).rename(lambda budget: f"{budget:,.0f} words")


TABLES: dict[str, Callable[[Results], pd.DataFrame]] = {
    "features": lambda results: variants_table(results, "features"),
    "profiles": lambda results: variants_table(results, "profiles"),
    "all-corpora adagrad": lambda results: corpora_table(results, "adagrad"),
    "all-corpora lbfgs": lambda results: corpora_table(results, "lbfgs"),
    "model-size": sizes_table,
    "raw text": raw_table,
    "two profiles": two_profiles_table,
    "bundled": bundled_table,
    "crossed": crossed_table,
    "active-learning": active_table,
}


# Plots


def features_plot(results: Results) -> plt.Figure:
    """Draw what each variant changes in the mean F1 of the accurate profile."""
    names = results.runs("features").variant.unique()[::-1]
    f1 = pd.Series({name: results.f1("features", name) for name in names})
    change = (f1 - f1["accurate"]).drop("accurate")
    figure, axes = plt.subplots(figsize=(7.5, 0.27 * len(change) + 1.2))
    axes.barh(change.index, change, color=BLUE)
    axes.grid(axis="x", alpha=0.4)
    axes.set(title="Change of the mean F1 against accurate, points")
    return figure


def sizes_plot(results: Results) -> plt.Figure:
    """Draw the F1 of each way to a smaller model by its size; bars from the least to the most."""
    figure, axes = plt.subplots(figsize=(7.5, 4.5))
    for name, rows in results.runs("model-size").groupby("variant", sort=False):
        size, f1 = rows.model_bytes.mean() / 1e6, rows.f1.mean()
        ends = [[f1 - rows.f1.min()], [rows.f1.max() - f1]]
        axes.errorbar(size, f1, yerr=ends, fmt="o", capsize=3, color=BLUE)
        below = str(name).startswith("-p ")  # so that fewer labels meet
        beside = {"rotation": -35, "va": "top"} if below else {"rotation": 35}
        axes.annotate(str(name), (size, f1), (4, 3 - 6 * below), **beside, **SMALL)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.15, y=0.15)
    axes.set(title="Dev F1 by size of the model", xlabel="MB")
    return figure


def active_plot(results: Results) -> plt.Figure:
    """Draw F1 on both dev sets by the words that were annotated; bars over the seeds."""
    figure, both = plt.subplots(1, 2, figsize=(7.5, 3.6))
    for axes, corpus in zip(both, ("medical_forum", "ctb6"), strict=True):
        rows = results.runs("active-learning")
        rows = rows[rows.corpus == corpus]
        for way, style in {"nothing": ":", "all": "--"}.items():
            axes.axhline(rows[rows.way == way].f1.mean(), ls=style, color="gray", label=way)
        asked = rows[rows.budget > 0]
        for color, (way, some) in zip(COLORS, asked.groupby("way", sort=False), strict=True):
            f1 = some.groupby("budget").f1
            ends = [f1.mean() - f1.min(), f1.max() - f1.mean()]
            axes.errorbar(f1.mean().index, f1.mean(), ends, color=color, marker=".", label=way)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.set_xticks(sorted(asked.budget.unique()))
        axes.set(title=f"Dev F1, {corpus}", xlabel="words annotated")
    both[1].legend(fontsize=8)
    return figure


PLOTS = {
    "active-learning/curve.svg": active_plot,
    "features/change.svg": features_plot,
    "model-size/size.svg": sizes_plot,
}


def draw(folder: Path) -> None:
    """Write the plots; the same figures give the same bytes."""
    with rc_context({"figure.constrained_layout.use": True, "svg.hashsalt": "crfseg"}):
        for name, plot in PLOTS.items():
            figure = plot(Results(folder))
            figure.savefig(folder / name, metadata={"Date": None})
            plt.close(figure)
