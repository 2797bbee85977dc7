"""The HTML report in a browser: what it lets one do, that it asks nobody, that it is fast."""

import dataclasses
import os
import re
import shutil
from collections import Counter

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import sync_playwright

from crfseg import Corpus, evaluate, read_corpus
from crfseg.evaluation.alignment import KINDS, Alignment
from crfseg.evaluation.report.evaluation_page import write_report
from crfseg.evaluation.report.items import Items
from crfseg.evaluation.report.page import Page, write_page
from support.corpora import SAMPLE

pytestmark = pytest.mark.slow

BROWSERS = "chromium", "chromium-browser", "google-chrome", "chrome", "msedge"
HOSTILE = "</script><script>window.hurt=1</script>"
IMAGE = "<img/src=x/onerror=hurt=1>"
RIGHT_TO_LEFT = "\u202eabc\u2066"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = next(filter(None, map(shutil.which, BROWSERS)), own)
        if not os.path.exists(path):  # noqa: PTH110
            assert not os.environ.get("CI"), "there is no Chromium to test the report in"
            pytest.skip("needs Chromium")
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visit:
    """A page in a browser that has no network, and what it tried to do."""

    def __init__(self, browser, path, **options):
        self.requests, self.complaints = [], []
        self.context = browser.new_context(**{"locale": "en-GB", **options})
        self.page = self.context.new_page()
        self.page.route("**/*", self.answer)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def answer(self, route):
        self.requests.append(route.request.url)
        if len(self.requests) == 1:
            route.continue_()  # the page itself
        else:
            route.abort()

    def count(self):
        """Return how many items the page says it has found."""
        return int(self.page.locator("output").text_content().split("/")[0].replace(",", ""))

    def choose(self, name, value):
        self.page.locator(f'input[name="errors-{name}"][value="{value}"]').check(force=True)

    def stacks(self):
        """Return the gold and predicted words of the items shown, row above row."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll(".list .kwic .stack")].map((stack) => {
                const rows = {};
                for (const chip of stack.children) {
                    (rows[chip.style.gridRowStart] ||= []).push(chip.textContent);
                }
                return Object.values(rows).map((row) => row.join(" ")).join("\\n");
            })"""
        )


@pytest.fixture
def visit(browser):
    made = []

    def go(path, **options):
        made.append(Visit(browser, path, **options))
        return made[-1]

    yield go
    for each in made:
        each.context.close()
        assert each.complaints == []
        assert len(each.requests) == 1


@pytest.fixture(scope="module")
def scores(segmenter):
    return evaluate(SAMPLE / "test.txt", segmenter)


@pytest.fixture(scope="module")
def report(scores, segmenter, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "out.html"
    write_report(path, scores, predicted="sample.crfseg", info=segmenter.model.info)
    return path


def words_of(alignment):
    """Return the gold and predicted words of each difference, as the page writes them."""
    apart, found = alignment.differences, []
    for start, end in zip(apart.starts.tolist(), apart.ends.tolist(), strict=True):
        rows = []
        for corpus in (alignment.gold, alignment.predicted):
            text = "".join(map(chr, corpus.codes[start:end]))
            begins = corpus.starts[start:end]
            cut = "".join(f" {c}" if b else c for c, b in zip(text, begins, strict=True))
            rows.append(cut.strip())
        found.append("\n".join(rows))
    return found


def written(tmp_path, predicted, gold, **options):
    write_report(
        tmp_path / "out.html",
        evaluate(Corpus.from_text(gold), Corpus.from_text(predicted), **options),
    )
    return tmp_path / "out.html"


def test_all_differences_are_there_in_order(visit, report, scores):
    seen = visit(report)
    assert seen.count() == len(scores.alignment.differences)
    shown = seen.stacks()
    assert 100 <= len(shown) <= seen.count()
    assert shown == words_of(scores.alignment)[: len(shown)]


def test_more_come_where_one_scrolls(visit, report, scores):
    seen = visit(report)
    for _ in range(20):
        seen.page.keyboard.press("End")
        seen.page.wait_for_timeout(50)
    assert seen.stacks() == words_of(scores.alignment)


def test_kinds_are_told_apart(visit, report, scores):
    seen = visit(report)
    for number, kind in enumerate(KINDS):
        seen.choose("kind", number)
        assert seen.count() == scores.differences[kind]
        assert seen.page.locator(f".list .kwic .stack:not(.{kind})").count() == 0
    seen.choose("kind", "")
    assert seen.count() == len(scores.alignment.differences)


def test_unknown_words_are_told_apart(visit, report, scores):
    seen = visit(report)
    seen.choose("frequency", 0)
    every = words_of(scores.alignment)
    unknown = [
        pair for pair in every
        if any(word not in scores.frequency_of for word in pair.split("\n")[0].split())
    ]  # fmt: skip
    assert 0 < len(unknown) < len(every)
    assert seen.count() == len(unknown)
    seen.choose("kind", 0)
    both = [pair for pair in unknown if " " not in pair.split("\n")[1]]
    assert seen.count() == len(both)


def test_a_word_is_searched_for(visit, report, scores):
    every = words_of(scores.alignment)
    word = every[7].split()[0]
    seen = visit(report)
    seen.page.fill("input[name=word]", word)
    assert seen.stacks() == [pair for pair in every if word in pair][: len(seen.stacks())]
    assert seen.count() == sum(word in pair for pair in every)
    seen.page.fill("input[name=word]", "no such word")
    assert (seen.count(), seen.stacks()) == (0, [])


def test_an_unknown_word_leads_to_its_differences(visit, report, scores):
    seen = visit(report)
    seen.choose("kind", 2)
    word = scores.oov_words[0].name
    seen.page.locator("#oov button").first.click()
    assert seen.page.input_value("input[name=word]") == word
    assert seen.count() == sum(word in pair for pair in words_of(scores.alignment)) > 0


def test_equal_differences_are_counted_together(visit, report, scores):
    seen = visit(report)
    seen.choose("order", "same")
    counts = Counter(words_of(scores.alignment))
    shown = seen.stacks()
    assert [counts[pair] for pair in shown] == sorted(counts.values(), reverse=True)[: len(shown)]
    seen.page.locator(".list summary").first.click()
    seen.page.locator(".places").wait_for()
    assert seen.page.locator(".places > li").count() == counts[shown[0]] > 1


@pytest.mark.parametrize(("value", "sign"), [("confidence:-1", -1), ("confidence:1", 1)])
def test_order_by_confidence(visit, report, value, sign):
    seen = visit(report)
    seen.choose("order", value)
    texts = seen.page.locator(".list .place > span:first-child").all_text_contents()
    shares = [int(text.removesuffix(" %")) for text in texts]
    assert shares == sorted(shares, key=lambda share: sign * share)
    assert shares[0] != shares[-1]


def test_a_sentence_is_shown_whole(visit, report, scores):
    seen = visit(report)
    first = seen.page.locator(".list details").first
    first.locator("summary").focus()
    seen.page.keyboard.press("Enter")
    first.locator(".sentence").wait_for()
    alignment = scores.alignment
    sentence = alignment.gold[int(alignment.differences.sentences[0])]
    agreed = first.locator(".sentence > bdi").all_text_contents()
    assert set(agreed) <= set(sentence.words)
    assert first.locator(".sentence > .here").count() == 1


def test_gold_and_predicted_stand_under_each_other(visit, tmp_path):
    seen = visit(written(tmp_path, "他 abcde fg我们 来了", "他 abc defg 我们 来了"))
    boxes = {
        chip.text_content(): chip.bounding_box()
        for chip in seen.page.locator(".list .stack > span").all()
    }
    assert boxes["abc"]["x"] == boxes["abcde"]["x"]
    right = [boxes[word]["x"] + boxes[word]["width"] for word in ("我们", "fg我们")]
    assert right[0] == pytest.approx(right[1], abs=0.1)
    assert boxes["abcde"]["y"] > boxes["abc"]["y"]
    assert boxes["abcde"]["width"] > boxes["abc"]["width"]


def test_three_segmentations_of_whole_sentences(visit, tmp_path):
    texts = "他 来 了\n我 爱 北京", "他 来了\n我 爱北京", "他来 了\n我 爱 北 京"
    corpora = [Corpus.from_text(text) for text in texts]
    items = Items("errors", "Sentences", ("gold", "A", "B"), corpora, np.array([0, 1]))
    write_page(tmp_path / "out.html", Page("title", [], [], [], [items]))
    seen = visit(tmp_path / "out.html")
    lines = seen.page.locator(".list > li")
    assert lines.count() == 2
    assert lines.nth(0).locator(".stack > span").all_text_contents() == [
        *("他", "来", "了"), *("他", "来了"), *("他来", "了"),
    ]  # fmt: skip
    assert lines.nth(1).locator(".sentence > bdi").all_text_contents() == ["我"]


@pytest.mark.parametrize(("locale", "shown"), [("zh-CN", "差异"), ("en-GB", "Differences")])
def test_language_is_the_browser_s_until_switched(visit, report, locale, shown):
    seen = visit(report, locale=locale)
    heading = seen.page.locator("#errors h2")
    assert heading.inner_text() == shown
    assert seen.page.locator("svg text", has_text=re.compile("precision")).count() == 1
    seen.page.click("#language")
    assert heading.inner_text() == {"差异": "Differences", "Differences": "差异"}[shown]
    other = {"en": "zh", "zh": "en"}[seen.page.evaluate("document.documentElement.lang")[:2]]
    assert seen.page.locator(f".{other}:visible").count() == 0


def test_theme_is_the_system_s_until_switched(visit, report):
    def is_dark(seen):
        colour = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3])) < 200

    for scheme in ("light", "dark"):
        seen = visit(report, color_scheme=scheme)
        assert is_dark(seen) == (scheme == "dark")
        seen.page.click("#theme")
        assert is_dark(seen) == (scheme == "light")
        seen.page.emulate_media(media="print")
        assert not is_dark(seen)


def test_screenshots_show_both_themes_and_both_languages(visit, report, tmp_path):
    pictures = {}
    for scheme in ("light", "dark"):
        for locale in ("en-US", "zh-CN"):
            seen = visit(
                report, color_scheme=scheme, locale=locale, viewport={"width": 1280, "height": 900}
            )
            path = tmp_path / f"{scheme}-{locale}.png"
            seen.page.screenshot(path=path)
            pictures[scheme, locale] = imread(path)[..., :3]
    assert {picture.shape for picture in pictures.values()} == {(900, 1280, 3)}
    for (scheme, _), picture in pictures.items():
        assert (picture.mean() < 0.3) == (scheme == "dark")
        assert picture.std() > 0.02  # there is something on it
    for scheme in ("light", "dark"):
        assert (pictures[scheme, "en-US"] != pictures[scheme, "zh-CN"]).any()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out(visit, report, width):
    seen = visit(report, viewport={"width": width, "height": 800})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.page.locator(".list summary").first.click()
    seen.page.locator(".sentence").wait_for()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("word", [HOSTILE, IMAGE, RIGHT_TO_LEFT, "a&lt;b", "\0x", "\ud800", "𠀀𠀁"])
def test_hostile_words_are_inert(visit, tmp_path, word):
    seen = visit(written(tmp_path, f"{word}爱 京", f"{word} 爱 京", known_words={"爱": 2}))
    assert seen.page.evaluate("window.hurt") is None
    shown = word.replace("\0", "␀").replace("\ud800", "\ufffd")
    assert seen.stacks() == [f"{shown} 爱\n{shown}爱"]
    assert shown in seen.page.locator("#oov button").all_text_contents()
    assert seen.page.locator("img").count() == 0
    seen.page.locator(".list summary").click()
    seen.page.locator(".sentence").wait_for()
    assert seen.page.locator(".sentence > bdi").all_text_contents() == ["京"]


def test_without_differences_there_is_an_empty_list(visit, tmp_path):
    seen = visit(written(tmp_path, "我 爱", "我 爱"))
    assert (seen.count(), seen.stacks()) == (0, [])


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The report of 100,000 words at an F1 of some 95 %."""
    gold = Corpus.join([read_corpus(SAMPLE / "train.txt")] * 13)
    random = np.random.default_rng(0)
    starts = gold.starts ^ (random.random(gold.n_chars) < 0.025)
    starts[gold.offsets[:-1]] = True
    predicted = Corpus(gold.codes, starts, gold.offsets, gold.lines)
    known = {word: n for word, n in gold.vocabulary().items() if n > 13}
    scores = evaluate(gold, predicted, known_words=known)
    alignment = Alignment(gold, predicted, random.random(predicted.n_words))
    scores = dataclasses.replace(scores, alignment=alignment)
    assert gold.n_words >= 100_000
    assert 0.93 < scores.f1 < 0.96
    path = tmp_path_factory.mktemp("report") / "large.html"
    write_report(path, scores)
    return path


def test_a_large_report_is_small_and_opens_at_once(visit, large):
    assert large.stat().st_size <= 5e6
    opened = []
    for _ in range(3):
        seen = visit(large)
        seen.page.locator(".list > li").first.wait_for()
        opened.append(
            seen.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        )
    assert min(opened) <= 1000
