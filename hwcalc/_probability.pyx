"""Log-probabilities of classes, compiled: a single glyph's are done before NumPy has looked at its arguments.

In flow scores or log-probabilities, a row for each sample; out flow log-probabilities, float32.
"""

cimport numpy as cnp
from libc.math cimport INFINITY, exp, log
from libc.stdint cimport int32_t

import numpy as np

from hwcalc._arrays cimport as_doubles, empty, floats, ints

cnp.import_array()

ctypedef fused real:
    float
    double


def log_softmax(scores, double temperature=1):
    """Natural logarithms (n, K) of the softmax of scores (n, K) / temperature; -inf where a score is."""
    cdef cnp.ndarray given = as_doubles(scores)
    if given.ndim != 2:
        raise ValueError(f"expected scores of shape (n, K), got {np.shape(scores)}")
    cdef cnp.ndarray found = empty(given.shape[0], given.shape[1], cnp.NPY_FLOAT32)
    cdef Py_ssize_t r, size = given.shape[1]
    for r in range(given.shape[0]):
        soften(<const double *>cnp.PyArray_DATA(given) + r * size, size, temperature, floats(found) + r * size)
    return found


cdef double soften(const real *scores, Py_ssize_t n, double temperature, float *out) noexcept:
    """The logarithms of the softmax of n scores / temperature; returns that of the sum of their exponentials."""
    cdef Py_ssize_t k
    cdef double total = 0, largest = -INFINITY
    for k in range(n):
        largest = max(largest, <double>scores[k])
    for k in range(n):
        total += exp((scores[k] - largest) / temperature)
    total = largest / temperature + log(total)
    for k in range(n):
        out[k] = <float>(scores[k] / temperature - total)
    return total


def mix(cnp.ndarray found, cnp.ndarray first, cnp.ndarray second, rows, cnp.ndarray columns, double weight):
    """Share out anew in log-probabilities `found` (n, K) what some columns of some rows have together.

    Given   first (n, K) and second (n, L): log-probabilities by two opinions, of which the second counts by `weight`
            rows: which; columns (m, 2) int32: pairs of a column of `found` and the one in `second`

    The columns together stay as likely as they are: of the others the second opinion knows nothing.
    """
    cdef Py_ssize_t k, row, column, n = columns.shape[0], size = found.shape[1], width = second.shape[1]
    cdef const int32_t *places = ints(columns)
    cdef cnp.ndarray room = empty(2, n, cnp.NPY_FLOAT32)
    cdef float *own = floats(room)
    cdef float *out = floats(found)
    cdef const float *one = floats(first)
    cdef const float *other = floats(second)
    cdef double together
    for row in rows:
        for k in range(n):
            column = row * size + places[2 * k]
            own[k] = out[column]
            own[n + k] = <float>((1 - weight) * one[column] + weight * other[row * width + places[2 * k + 1]])
        together = soften(own, n, 1, own)
        soften(own + n, n, 1, own + n)
        for k in range(n):
            out[row * size + places[2 * k]] = <float>(together + own[n + k])


def weigh(cnp.ndarray found, cnp.ndarray prior, list evidence, Py_ssize_t column, list plain, double softening):
    """Let what else is known count in log-probabilities `found` (n, K).

    Given   prior (K,): added to every row
            evidence: for each row the log-odds that it is the class of `column`, 0 where there is none
            plain: classes without a shape; where one of them is the best and the evidence is above 0, a row
            is divided by 1 + softening * evidence
    """
    cdef Py_ssize_t r, k, best, n = found.shape[1]
    cdef const float *added = floats(prior)
    cdef float *row
    cdef double more
    for r in range(found.shape[0]):
        row = floats(found) + r * n
        best, more = 0, evidence[r]
        for k in range(n):
            row[k] += added[k]
            best = k if row[k] > row[best] else best
        if more > 0 and best in plain:
            for k in range(n):
                row[k] = <float>(row[k] / (1 + softening * more))
        if more != 0:
            row[column] = <float>(row[column] + more)
        soften(row, n, 1, row)


def likeliest(cnp.ndarray found):
    """The column of the largest of each row of log-probabilities `found` (n, K), the first of those that are alike."""
    cdef Py_ssize_t _r, k, best, n = found.shape[1]
    cdef const float *row = floats(found)
    columns = []
    for _r in range(found.shape[0]):
        best = 0
        for k in range(n):
            best = k if row[k] > row[best] else best
        columns.append(best)
        row += n
    return columns
