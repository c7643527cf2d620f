"""NumPy arrays by their C interface: a typed memoryview of an array costs a microsecond, a glyph has some thirty."""

cimport numpy as cnp
from libc.stdint cimport int32_t


cdef inline cnp.ndarray as_floats(given):
    """What is given as a C-contiguous array of float32, without a copy if it is one."""
    return <cnp.ndarray>cnp.PyArray_FROM_OTF(given, cnp.NPY_FLOAT32, cnp.NPY_ARRAY_CARRAY_RO | cnp.NPY_ARRAY_FORCECAST)


cdef inline cnp.ndarray as_doubles(given):
    """The same of float64."""
    return <cnp.ndarray>cnp.PyArray_FROM_OTF(given, cnp.NPY_FLOAT64, cnp.NPY_ARRAY_CARRAY_RO | cnp.NPY_ARRAY_FORCECAST)


cdef inline cnp.ndarray empty(Py_ssize_t rows, Py_ssize_t columns, int kind):
    """An uninitialised array (rows, columns) of a kind of NPY_TYPES."""
    cdef cnp.npy_intp[2] shape
    shape[0], shape[1] = rows, columns
    return <cnp.ndarray>cnp.PyArray_EMPTY(2, shape, kind, 0)


cdef inline float *floats(cnp.ndarray array) except NULL:
    """The numbers of a C-contiguous array of float32."""
    if cnp.PyArray_TYPE(array) != cnp.NPY_FLOAT32 or not cnp.PyArray_IS_C_CONTIGUOUS(array):
        raise TypeError("expected a C-contiguous array of float32")
    return <float *>cnp.PyArray_DATA(array)


cdef inline const int32_t *ints(cnp.ndarray array) except NULL:
    """The numbers of a C-contiguous array of int32."""
    if cnp.PyArray_TYPE(array) != cnp.NPY_INT32 or not cnp.PyArray_IS_C_CONTIGUOUS(array):
        raise TypeError("expected a C-contiguous array of int32")
    return <const int32_t *>cnp.PyArray_DATA(array)
