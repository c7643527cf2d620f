"""Log-probabilities of classes, compiled: a single glyph's are done before NumPy has looked at its arguments.

In flow scores or log-probabilities, a row for each sample; out flow log-probabilities, float32.
"""

cimport numpy as cnp
from libc.math cimport INFINITY, exp, log

from hwcalc._arrays cimport as_floats, empty, floats

cnp.import_array()


def log_softmax(scores, double temperature=1):
    """Natural logarithms (n, K) of the softmax of scores (n, K) / temperature; -inf where a score is."""
    cdef cnp.ndarray given = as_floats(scores), found = empty(given.shape[0], given.shape[1], cnp.NPY_FLOAT32)
    cdef Py_ssize_t r, size = given.shape[1]
    for r in range(given.shape[0]):
        soften(floats(given) + r * size, size, temperature, floats(found) + r * size)
    return found


cdef double soften(const float *scores, Py_ssize_t n, double temperature, float *out) noexcept:
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


def mix(cnp.ndarray found, cnp.ndarray first, cnp.ndarray second, rows, list columns, double weight):
    """Share out anew in log-probabilities `found` (n, K) what some columns of some rows have together.

    Given   first (n, K) and second (n, L): log-probabilities by two opinions, of which the second counts by `weight`
            rows: which; columns: pairs of a column of `found` and the one in `second`

    The columns together stay as likely as they are: of the others the second opinion knows nothing.
    """
    cdef Py_ssize_t k, row, column, j, n = len(columns), size = found.shape[1], width = second.shape[1]
    cdef cnp.ndarray room = empty(2, n, cnp.NPY_FLOAT32)
    cdef float *own = floats(room)
    cdef float *out = floats(found)
    cdef const float *one = floats(first)
    cdef const float *other = floats(second)
    cdef double together
    for row in rows:
        for k, (column, j) in enumerate(columns):
            own[k] = out[row * size + column]
            own[n + k] = <float>((1 - weight) * one[row * size + column] + weight * other[row * width + j])
        together = soften(own, n, 1, own)
        soften(own + n, n, 1, own + n)
        for k, (column, _) in enumerate(columns):
            out[row * size + column] = <float>(together + own[n + k])


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
