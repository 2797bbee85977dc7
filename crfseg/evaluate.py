from __future__ import annotations
from dataclasses import dataclass, asdict
import numpy as np
from typing import Any
@dataclass
class Scores:
    precision: float; recall: float; f1: float
    def as_dict(self) -> dict[str, Any]: return asdict(self)
def evaluate(segmenter, corpus):
    p = segmenter.tag_corpus(corpus)
    g, q = corpus.starts, p.starts
    ge = np.append(g[1:], True); qe = np.append(q[1:], True)
    sid = np.cumsum(g | False)
    # words equal: same start and same end
    gs=np.flatnonzero(g); gend=np.append(gs[1:],len(g)); qs=np.flatnonzero(q); qend=np.append(qs[1:],len(q))
    n=len(np.intersect1d(gs*10**9+gend, qs*10**9+qend))
    return Scores(n/len(qs), n/len(gs), 2*n/(len(gs)+len(qs)))
