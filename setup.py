"""The compiled extensions and their compiler flags; everything else is in pyproject.toml."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# HWCALC_CHECKED=1 turns Cython's bounds checks back on, for the tests.
CHECKED = os.environ.get("HWCALC_CHECKED") == "1"
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": CHECKED,
    "wraparound": False,
    "initializedcheck": CHECKED,
    "nonecheck": CHECKED,
    "cdivision": not CHECKED,
    "freethreading_compatible": True,
}
# Not -ffast-math: linking it would set flush-to-zero for the whole process.
OPTIMISE = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-fassociative-math", "-fno-signed-zeros"]


def extension(name: str) -> Extension:
    return Extension(
        f"hwcalc.{name}",
        [f"hwcalc/{name}.pyx"],
        include_dirs=[numpy.get_include(), "hwcalc"],
        depends=[str(path) for kind in ("*.h", "*.pxd") for path in Path("hwcalc").glob(kind)],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
    )


def openmp_flags(compiler_type: str, compiler: list[str]) -> tuple[list[str], list[str]]:
    """Compile and link flags for OpenMP, found by building two lines with it; empty where it is missing."""
    if compiler_type == "msvc":
        return ["/openmp"], []
    source = "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "probe.c")
        path.write_text(source)
        command = [*compiler, "-fopenmp", str(path), "-o", str(Path(folder, "probe"))]
        found = subprocess.run(command, capture_output=True, check=False).returncode == 0
    return (["-fopenmp"], ["-fopenmp"]) if found else ([], [])


class BuildExtensions(build_ext):
    """Adds the flags this compiler knows, and leaves the built modules in the checkout too."""

    def build_extensions(self) -> None:
        kind = self.compiler.compiler_type
        compiler = getattr(self.compiler, "compiler", ["cc"])[:1]
        compile_flags, link_flags = openmp_flags(kind, compiler)
        if not compile_flags:
            print("hwcalc: no OpenMP here, so batches run on one thread", file=sys.stderr)
        unthreaded = [] if compile_flags else ["-fopenmp-simd"]
        optimise = ["/O2"] if kind == "msvc" else [*OPTIMISE, *unthreaded]
        for module in self.extensions:
            module.extra_compile_args = [*optimise, *compile_flags]
            module.extra_link_args = link_flags
        super().build_extensions()

    def run(self) -> None:
        super().run()
        # Without these copies the folder hwcalc/ of a checkout shadows the installed package, and
        # `python -m hwcalc.gui` fails there after `pip install .`.
        if not self.inplace and not self.editable_mode:
            self.copy_extensions_to_source()


setup(
    ext_modules=cythonize(
        [extension(name) for name in ("_svm", "_features", "_probability")],
        build_dir="build",
        compiler_directives=DIRECTIVES,
    ),
    cmdclass={"build_ext": BuildExtensions},
)
