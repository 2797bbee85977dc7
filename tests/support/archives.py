"""Public corpora in miniature, packed as their makers pack them."""

import io
import tarfile
import zipfile

import pytest

from crfseg.corpus.download import fetch
from crfseg.errors import FetchError

# As the corpus of 1998 comes: ids, brackets around compounds with a tag of their own, two spaces.
PEOPLES_DAILY = "\n".join(
    ["19980101-01-001-001/m  [中央/n  人民/n  广播/vn  电台/n]nt  １９９８年/t  。/w", ""]
    + [f"19980101-01-001-{n:03}/m  迈向/v  新/a  世纪/n" for n in range(2, 11)]
)
CONLLU = """# sent_id = 1
# text = 我不是你
1\t我\t我\tPRON\tPRP\t_\t0\troot\t_\t_
2-3\t不是\t_\t_\t_\t_\t_\t_\t_\t_
2\t不\t不\tADV\tRB\t_\t1\tdep\t_\t_
3\t是\t是\tAUX\tVC\t_\t1\tdep\t_\t_
3.1\t空\t空\tX\tX\t_\t_\t_\t_\t_
4\t你\t你\tPRON\tPRP\t_\t1\tdep\t_\t_

1\t好\t好\tADJ\tJJ\t_\t0\troot\t_\t_
"""
TREES = """<DOC>
<DOCID> CTB-041 </DOCID>
<S ID=1>
( (IP (NP-SBJ (-NONE- *pro*))
      (VP (VV 爱)
          (NP-OBJ (NR 北京))))
  (PU （) )
</S>
<S ID=2>
( (FRAG (PU -LRB-) (NN 完)
        (PU -RRB-)) )
</S>
</DOC>
"""


def zip_of(path, members):
    with zipfile.ZipFile(path, "w") as zipped:
        for name, text in members.items():
            zipped.writestr(name, text)
    return path


def tar_of(path, members):
    with tarfile.open(path, "w:gz") as tarred:
        for name, text in members.items():
            data = text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tarred.addfile(info, io.BytesIO(data))
    return path


def texts_in(folder):
    """Return what was written, by path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.txt")
    }


def icwb2(separator="  "):
    members = {}
    for corpus in ("pku", "msr", "as", "cityu"):
        gold = "testing" if corpus == "as" else "test"
        train = separator.join(["我", "爱", f"{corpus}。"])
        members[f"icwb2-data/training/{corpus}_training.utf8"] = f"\ufeff{train}\r\n\r\n"
        members[f"icwb2-data/gold/{corpus}_{gold}_gold.utf8"] = f"他{separator}来\r\n"
    members["icwb2-data/gold/pku_training_words.utf8"] = "我\r\n"
    return members


def assert_fetch_error(tmp_path, *arguments, match, error=FetchError):
    with pytest.raises(error, match=match) as raised:
        fetch(*arguments)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()
