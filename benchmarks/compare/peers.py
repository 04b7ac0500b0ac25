"""Which of the other libraries are here, and how many threads they may use."""

import importlib.util


def is_installed(module: str) -> bool:
    """Whether the module can be imported, without importing it."""
    return importlib.util.find_spec(module) is not None


def use_threads(threads: int) -> None:
    """Give that many threads to the peers that can be told while they run.

    kornia-rs reads RAYON_NUM_THREADS, once, when it is first used.
    """
    if is_installed("cv2"):
        import cv2

        cv2.setNumThreads(threads)
    if is_installed("diplib"):
        import diplib

        diplib.SetNumberOfThreads(threads)
    if is_installed("SimpleITK"):
        import SimpleITK

        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
