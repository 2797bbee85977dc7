"""The compiled modules: every ``.pyx`` below crfseg. All else stands in pyproject.toml.

``CRFSEG_DEBUG=1`` builds them with bounds checks: see ``make debug``.
"""

import os

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

DEBUG = os.environ.get("CRFSEG_DEBUG", "") not in ("", "0")
DIRECTIVES = {
    "language_level": "3",
    "boundscheck": DEBUG,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": DEBUG,
}
SPEED = "-O2" if DEBUG else "-O3"
# Square roots in vectors need to know that nobody asks for errno.
MATH = ["-fno-math-errno", "-fno-trapping-math"]
TRAINING = "crfseg.training.adagrad.kernels"
MODULES = [
    Extension(TRAINING, [f"{TRAINING.replace('.', '/')}.pyx"], extra_compile_args=[SPEED, *MATH]),
    Extension("crfseg.*", ["crfseg/**/*.pyx"], extra_compile_args=[SPEED]),
]
CORPORA = ["crfseg.corpora", "crfseg.corpora.everyday", "crfseg.corpora.sample"]

setup(
    packages=[*find_packages(include=["crfseg", "crfseg.*"]), *CORPORA],
    package_dir={"crfseg.corpora": "corpora"},
    ext_modules=cythonize(MODULES, compiler_directives=DIRECTIVES, force=DEBUG),
    options={"build_ext": {"parallel": True}},  # as many compilers as cores
)
