"""``python -m crfseg``, the same as the command ``crfseg``."""

from crfseg.cli import main

if __name__ == "__main__":
    main(prog_name="crfseg")
