"""crfseg check: findings, sizes, exit codes."""

from support.commands import run
from support.corpora import NEWS


def run_check(*arguments):
    return run("check", *arguments)


def test_the_command_prints_findings_sizes_and_a_tally(write):
    write("a.txt", "他 在 北京\n他 要 北京\n\n我 在 北 京\n")
    result = run_check("a.txt")
    assert result.returncode == 0
    assert result.output.splitlines() == [
        "a.txt:4: 北 京 (1 time), elsewhere 北京 (2 times)",
        "",
        "                    corpora",
        "sentences           3",
        "words               10",
        "characters          12",
        "distinct words      7",
        "blank lines         1",
        "words a sentence    3.3",
        "longest word        2 characters, a.txt:1",
        "separators          space 7",
        "",
        "       1  strings segmented in two ways",
    ]


def test_the_command_shows_the_test_set_beside(write):
    lines = run_check(
        write("a.txt", NEWS), "--test", write("b.txt", "他 来 了\n")
    ).output.splitlines()
    assert lines[0].split() == ["corpora", "test"]
    assert lines[2].split() == ["words", "16", "3"]
    assert lines[-1] == "nothing suspicious"


def test_max_caps_each_kind_and_says_how_many_more_there_are(write):
    write("a.txt", "我 效果： 北京\n" * 5 + "他 \u200b 来\n")
    lines = run_check("a.txt", "--max", "2").output.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == ["a.txt"] * 3 + ["... 3 more"]
    assert len(run_check("a.txt", "--max", "0").output.splitlines()) == len(lines) + 2


def test_strict_exits_with_1_if_anything_is_found(write):
    assert run_check(write("a.txt", NEWS), "--strict").returncode == 0
    assert run_check(write("b.txt", ""), "--strict").returncode == 1
    assert run_check("b.txt").returncode == 0


def test_a_missing_file_and_a_folder_are_one_line_and_exit_code_1(write, tmp_path):
    write("a.txt", NEWS)
    missing, folder = run_check("a.txt", "--test", "none.txt"), run_check(str(tmp_path))
    assert (missing.returncode, folder.returncode) == (1, 1)
    assert missing.stderr == "crfseg: none.txt: No such file or directory\n"
    assert folder.stderr.endswith(": Is a directory\n")
