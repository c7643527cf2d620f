"""Log-probabilities of classes, compiled: a single glyph's are done before NumPy has looked at its arguments.

In flow scores or log-probabilities, a row for each sample; out flow log-probabilities, float32.
"""

from libc.math cimport INFINITY, exp, log
from libc.stdint cimport intptr_t, uint8_t

import numpy as np


def log_softmax(scores, double temperature=1):
    """Natural logarithms (n, K) of the softmax of scores (n, K) / temperature; -inf where a score is."""
    cdef const float[:, ::1] given = np.ascontiguousarray(scores, np.float32)
    found = np.empty(np.shape(scores), np.float32)
    cdef float[:, ::1] out = found
    cdef Py_ssize_t r
    for r in range(given.shape[0]):
        soften(&given[r, 0], given.shape[1], temperature, &out[r, 0])
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


def mix(float[:, ::1] found, list rows, const intptr_t[::1] columns, const float[:, ::1] other, double weight):
    """Let a second opinion about some rows and columns count in log-probabilities `found` (n, K), by `weight`.

    Given   other (len(rows), len(columns)): its log-probabilities

    These columns together stay as likely as they are: of the others the second opinion knows nothing.
    """
    cdef Py_ssize_t i, k, row, n = columns.shape[0]
    cdef float[::1] own = np.empty(n, np.float32), rest = np.empty(n, np.float32)
    cdef double together
    for i, row in enumerate(rows):
        for k in range(n):
            own[k] = found[row, columns[k]]
        together = soften(&own[0], n, 1, &rest[0])
        for k in range(n):
            own[k] = <float>((1 - weight) * own[k] + weight * other[i, k])
        soften(&own[0], n, 1, &rest[0])
        for k in range(n):
            found[row, columns[k]] = <float>(together + rest[k])


def weigh(float[:, ::1] found, const float[::1] prior, list evidence, Py_ssize_t column, const uint8_t[::1] plain,
          double softening):
    """Let what else is known count in log-probabilities `found` (n, K).

    Given   prior (K,): added to every row
            evidence: for each row the log-odds that it is the class of `column`, 0 where there is none
            plain (K,): for classes without a shape; where one of them is the best and the evidence is above 0, a row
            is divided by 1 + softening * evidence
    """
    cdef Py_ssize_t r, k, best, n = found.shape[1]
    cdef double more
    for r in range(found.shape[0]):
        best, more = 0, evidence[r]
        for k in range(n):
            found[r, k] += prior[k]
            best = k if found[r, k] > found[r, best] else best
        if more > 0 and plain[best]:
            for k in range(n):
                found[r, k] = <float>(found[r, k] / (1 + softening * more))
        if more != 0:
            found[r, column] = <float>(found[r, column] + more)
        soften(&found[r, 0], n, 1, &found[r, 0])
