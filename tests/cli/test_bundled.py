"""The bundled model on the command line."""

import crfseg
from crfseg.segmenter.loading import BUNDLED
from support.commands import run
from support.corpora import DEV


def test_the_commands_take_it_where_no_model_is_named(tmp_path):
    done = run("segment", stdin="他们在北京的大学学习中文。\n", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == crfseg.cut("他们在北京的大学学习中文。")
    shown = run("inspect", cwd=tmp_path).stdout
    assert str(BUNDLED) in shown
    assert "CC BY-SA 4.0" in shown
    scored = run("evaluate", DEV, cwd=tmp_path).stdout
    assert "bundled.crfseg: criterion everyday, PKU-like, protocol open" in scored
    assert list(tmp_path.iterdir()) == []


def test_a_model_and_a_file_are_not_scored_together(tmp_path):
    done = run("evaluate", "gold", "-m", "a", "--predicted", "b", cwd=tmp_path)
    assert done.returncode == 2
    assert "give either --model or --predicted" in done.stderr


def test_the_command_line_asks_for_it_and_goes_on_from_it(tmp_path):
    (tmp_path / "raw.txt").write_text("我用云帆平台办公\n诘屈聱牙佶屈謷牙\n", "utf-8")
    asked = run("suggest", "raw.txt", "-o", "asked.partial", "--sure", "1", cwd=tmp_path)
    assert (asked.returncode, asked.stderr) == (0, "")
    trained = run("train", "asked.partial", "--init", "bundled", "-o", "my.crfseg", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert crfseg.Model.load(tmp_path / "my.crfseg").info["init"]["name"] == "default"
