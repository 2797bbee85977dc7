r"""The rules: patterns of numbers, dates, URLs and others whose matches are not divided.

A rule is a pattern. No word begins inside what it matches; a *whole* rule's match is a word of its
own. Patterns speak of half and full width alike, of one line, and of at most ``MAX_MATCH_LENGTH``
characters. They take time in proportion to the text, whatever is in it: runs give nothing back
(``++``), and none is looked at from its middle (``(?<!...)``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

JOINED: Final = 1
WHOLE: Final = 2
CLUSTERS: Final = 4
ANYTHING: Final = 8
"""What a character may be a sign of: see :class:`crfseg.constraints.ruleset.Ruleset`."""

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Parameters
    ----------
    name
        As people switch it on and off.
    pattern
        A regular expression; "" for rules that follow the Unicode standard.
    signs
        Characters of which every match has one: the first, unless the rule is whole.
    whole
        Whether a match is a word of its own. If not, the model decides where the words begin and
        end that it is part of: ``第3届``, ``卡拉OK``.
    default
        Whether it is on where the training corpus has too few matches to tell.
    """

    name: str
    pattern: str
    signs: str
    whole: bool = False
    default: bool = False

    @property
    def sort(self) -> int:
        """The kind of trigger that its first characters are."""
        return CLUSTERS if not self.pattern else WHOLE if self.whole else JOINED


def _wide(text: str) -> str:
    """Return a pattern for ASCII of either width."""
    return "".join(f"[{char}{chr(ord(char) + 0xFEE0)}]" for char in text)


_DIGITS: Final = "0123456789０１２３４５６７８９"
_LETTERS: Final = "".join(
    chr(code)
    for start, stop in ((0x41, 0x5B), (0x61, 0x7B), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B),
                        (0xC0, 0xD7), (0xD8, 0xF7), (0xF8, 0x250))
    for code in range(start, stop)
)  # fmt: skip
# Letters of alphabets besides: Greek, Cyrillic, Armenian, Hebrew, Arabic.
_OTHERS: Final = ((0x370, 0x400), (0x400, 0x530), (0x531, 0x588), (0x5D0, 0x5EB), (0x620, 0x64B))
_O: Final = "[" + "".join(f"{chr(start)}-{chr(stop - 1)}" for start, stop in _OTHERS) + "]"
_D: Final = "[0-9０-９]"
_L: Final = "[A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏ]"
_LD: Final = "[0-9０-９A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏ]"
_POINT: Final = "[.．·]"

# 1998, 1,234.56, ５．５; not the parts of 192.168.0.1, nor of lists such as 1995，1996.
NUMBER: Final = (
    rf"(?<!{_D})(?<!{_D}{_POINT})(?:{_D}{{1,3}}+(?:[,，]{_D}{{3}}+){{1,99}}+(?!{_D})|{_D}{{1,255}}+)"
    rf"(?:{_POINT}{_D}{{1,255}}+)?+(?!{_D}|{_POINT}{_D})"
)
_MAGNITUDE: Final = "(?:[十百千](?=[万亿萬億]))?[万亿萬億]{1,4}+"
_UNITS: Final = "|".join(
    [_wide(unit) for unit in (
        "kWh", "km/h", "m/s", "kHz", "MHz", "GHz", "Hz", "km", "cm", "mm", "nm", "kg", "mg",
        "ml", "mL", "kW", "MW", "KB", "MB", "GB", "TB", "kb", "ms", "min",
        "m", "g", "t", "s", "h", "L", "l", "W", "V", "A", "K", "M", "G",
    )]
)  # fmt: skip
_HAN_UNITS: Final = (
    "平方公里|平方千米|平方米|立方米|公里|千米|厘米|毫米|纳米|英里|英尺|英寸|米|公顷|亩|公斤|千克|毫克|克|吨"
    "|毫升|升|摄氏度|千瓦|美元|欧元|日元|港元|元"
)
_NUMBERS: Final = f"{_D}{{1,2}}+"
_YEAR: Final = rf"(?<!{_D}){_D}{{4}}年"
_DAY: Final = f"{_NUMBERS}[日号號]"
_URL_CHARS: Final = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
_MAIL_CHARS: Final = r"[A-Za-z0-9._%+\-]"

RULES: Final = (
    Rule(
        "urls",
        r"(?<![A-Za-z0-9])(?:(?i:https?|ftp)://|(?i:www)\.)"
        rf"{_URL_CHARS}{{0,2000}}[A-Za-z0-9/#=_~&%+\-]",
        ":wW", whole=True, default=True,
    ),
    Rule(
        "emails",
        rf"(?<!{_MAIL_CHARS}){_MAIL_CHARS}{{1,64}}+@"
        r"[A-Za-z0-9\-]{1,63}+(?:\.[A-Za-z0-9\-]{1,63}+){1,8}+",
        "@", whole=True, default=True,
    ),
    Rule("hashtags", r"[#＃](?:[^#＃\s]{1,140}+[#＃]|\w{1,140}+)", "#＃", whole=True),
    Rule("emoji", "", "", whole=True, default=True),
    Rule("graphemes", "", "", default=True),
    Rule(
        "dates",
        rf"(?<!{_D})(?:{_D}{{4}}年{_NUMBERS}月(?:{_DAY})?+|{_NUMBERS}月{_DAY}"
        rf"|{_D}{{4}}(?P<to>[-－/／.．]){_NUMBERS}(?P=to){_NUMBERS}(?!{_D}|(?P=to)))",
        _DIGITS,
    ),
    Rule(
        "times",
        rf"(?<!{_D})(?<!{_D}[:：])(?:{_NUMBERS}[:：]{_D}{{2}}+(?:[:：]{_D}{{2}}+)?+(?!{_D}|[:：]{_D})"
        rf"|{_NUMBERS}[时時点點]{_NUMBERS}分(?:{_NUMBERS}秒)?+)",
        _DIGITS,
    ),
    Rule("date-parts", rf"{_YEAR}|(?<!{_D}|{_POINT}){_NUMBERS}[月日]", _DIGITS),
    Rule(
        "units",
        rf"{NUMBER}(?:(?:{_MAGNITUDE})?+(?:{_HAN_UNITS})|(?:{_UNITS}|°{_wide('C')}|[℃℉°㎡㎝㎏])(?!{_LD}))",
        _DIGITS,
    ),
    Rule("percent", rf"{NUMBER}[%％‰‱]", _DIGITS),
    Rule("magnitudes", rf"{NUMBER}{_MAGNITUDE}", _DIGITS),
    Rule("numbers", NUMBER, _DIGITS, default=True),
    Rule(
        "names",
        rf"(?<!{_LD})(?=[a-z]{{0,20}}+[A-ZＡ-Ｚ]){_LD}{{2,60}}+[ \xa0　]"
        rf"(?:{_L}{{0,3}}+{_D}{{1,20}}+{_L}{{0,9}}+)(?!{_LD})",
        _LETTERS,
    ),
    Rule(
        "codes",
        rf"(?<!{_LD})(?:{_L}{{1,20}}+[-－]?+{_D}{{1,20}}+{_LD}{{0,20}}+(?:[-－]{_LD}{{1,20}}+)?+"
        rf"(?:[.．]{_D}{{1,9}}+)?+|{_L}\+\+)(?!{_LD})",
        _LETTERS,
    ),
    Rule(
        "latin",
        rf"(?<!{_L}){_L}{{1,255}}+(?:['’]{_L}{{1,20}}+)?+(?!{_L})|(?<!{_O}){_O}{{1,255}}+",
        _LETTERS + "".join(chr(code) for span in _OTHERS for code in range(*span)), default=True,
    ),
)  # fmt: skip
"""All rules; where two match at one position, the earlier one wins."""

RULE_OF: Final = {rule.name: rule for rule in RULES}

_EXTENDING: Final = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\u200D]*+"
CLUSTER: Final = (
    rf"(\p{{RI}}\p{{RI}}?+{_EXTENDING}"  # flags by themselves: \X looks back over all of them
    r"|(?=\p{Emoji_Presentation}|\p{Emoji}\uFE0F|[0-9#*]\uFE0F?\u20E3"
    r"|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})\X)|\X"
)
"""An extended grapheme cluster (UAX #29), as group 1 if it is an emoji (UTS #51)."""

# Where there is a cluster of several characters, or an emoji, one of these is in it; so are some
# that make none. Scripts that have clusters fill whole blocks.
CLUSTER_SIGNS: Final[Ranges] = (
    (0x300, 0x370), (0x483, 0x48A), (0x591, 0x1200), (0x135D, 0x1360), (0x1712, 0x1D00),
    (0x1DC0, 0x1E00), (0x200C, 0x200E), (0x20D0, 0x2100), (0x231A, 0x2400), (0x25FD, 0x27C0),
    (0x2B1B, 0x2B56), (0x2CEF, 0x2CF2), (0x2D7F, 0x2E00), (0x302A, 0x3030), (0x3099, 0x309B),
    (0xA66F, 0xAC00), (0xD7B0, 0xD800), (0xFB1E, 0xFB1F), (0xFE00, 0xFE10), (0xFE20, 0xFE30),
    (0xFF9E, 0xFFA0), (0x10000, 0x20000), (0xE0020, 0xE01F0),
)  # fmt: skip
