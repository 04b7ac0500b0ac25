"""Arrow's C interfaces through ctypes: a consumer that does by hand what the specification allows.

Calls through ctypes run without the GIL, as those of consumers written in C++ or Rust may.
"""

import ctypes

import numpy as np


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


def _release(kind):
    return ctypes.CFUNCTYPE(None, ctypes.POINTER(kind))


Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)),
    ("release", _release(Schema)),
    ("private_data", ctypes.c_void_p),
]
Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))),
    ("dictionary", ctypes.POINTER(Array)),
    ("release", _release(Array)),
    ("private_data", ctypes.c_void_p),
]
Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Schema))),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(Stream))),
    ("release", _release(Stream)),
    ("private_data", ctypes.c_void_p),
]

_pointer_in = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_in.restype = ctypes.c_void_p
_pointer_in.argtypes = [ctypes.py_object, ctypes.c_char_p]


def moved(source):
    """Take a struct away from where it is, as a consumer does: a copy, and the source is empty."""
    taken = type(source)()
    ctypes.pointer(taken)[0] = source
    source.release = type(source.release)()
    return taken


def schema_in(capsule):
    return moved(Schema.from_address(_pointer_in(capsule, b"arrow_schema")))


def stream_in(capsule):
    return moved(Stream.from_address(_pointer_in(capsule, b"arrow_array_stream")))


def next_batch(stream):
    batch = Array()
    assert stream.get_next(stream, batch) == 0
    return batch


def release(node):
    node.release(node)
    assert not node.release


def values_at(array, dtype):
    """The values of a column of numbers, read where its buffer says that they are."""
    size = array.length * np.dtype(dtype).itemsize
    return np.frombuffer(ctypes.string_at(array.buffers[1], size), dtype)
