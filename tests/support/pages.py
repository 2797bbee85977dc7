"""Pages of reports, read back."""

import json
import re


def items_of(path):
    """Return the data of the only list of a page."""
    (data,) = re.findall(
        r'<script type="application/json">(.*?)</script>', path.read_text("utf-8"), re.DOTALL
    )
    return json.loads(data)


def stretches_of(path):
    """Return the words of all rows at each item, by its bounds."""
    data = items_of(path)
    found = []
    for n, start, end in zip(data["sentence"], data["start"], data["end"], strict=True):
        rows = []
        for line in data["sentences"][n][1:]:
            at, words = 0, []
            for word in line.split(" "):
                if start <= at < end:
                    words.append(word)
                at += len(word)
            rows.append(" ".join(words))
        found.append(tuple(rows))
    return found
