"""The solvers of hwcalc._svm once more in plain NumPy: slow, short, and the specification of the fast ones.

Samples and labels go in; dual variables, decision values or weights come out, all in float64.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np


def kernel_matrix(X, Z, kernel, gamma=1.0, coef0=0.0, degree=3):
    """K(x, z) for all x of X (n, d) and z of Z (m, d): (n, m)."""
    if kernel == "rbf":
        return np.exp(-gamma * ((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2))
    product = X @ Z.T
    return (gamma * product + coef0) ** degree if kernel == "poly" else product


def solve_dual(K, y, cost, tol):
    """Signed dual variables b (n,) and the intercept of one pair, by SMO with the most violating pair.

    maximise sum y b - b'Kb / 2 subject to sum b = 0, 0 <= y b <= cost; stops at a KKT gap below tol.
    """
    low, high = np.minimum(y * cost, 0), np.maximum(y * cost, 0)
    b, residual = np.zeros(len(y)), y.astype(float)
    while True:
        rise, fall = np.flatnonzero(b < high), np.flatnonzero(b > low)
        i, j = rise[residual[rise].argmax()], fall[residual[fall].argmin()]
        if residual[i] - residual[j] < tol:
            break
        curvature = max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12)
        step = min((residual[i] - residual[j]) / curvature, high[i] - b[i], b[j] - low[j])
        b[i] = high[i] if step == high[i] - b[i] else b[i] + step
        b[j] = low[j] if step == b[j] - low[j] else b[j] - step
        residual -= step * (K[i] - K[j])
    free = (b > low) & (b < high)
    intercept = residual[free].mean() if free.any() else (residual[rise].max() + residual[fall].min()) / 2
    return b, intercept


def dual_objective(K, y, b):
    return float(y @ b - 0.5 * b @ K @ b)


def one_vs_one(X, y, cost, tol, **kernel):
    """For each pair of classes: its samples, their dual variables and the intercept."""
    pairs = []
    for i, j in combinations(np.unique(y), 2):
        used = np.flatnonzero((y == i) | (y == j))
        sign = np.where(y[used] == i, 1.0, -1.0)
        K = kernel_matrix(X[used], X[used], **kernel)
        pairs.append((used, *solve_dual(K, sign, cost[used], tol)))
    return pairs


def pair_values(X, pairs, Z, **kernel):
    """Decision values (m, pairs) of new samples Z (m, d)."""
    return np.stack(
        [kernel_matrix(Z, X[used], **kernel) @ b + intercept for used, b, intercept in pairs], axis=1
    )


def class_scores(values, n_classes):
    """score_i = min_j f_ij + half of the sum of all negative f_ij, with f_ji = -f_ij."""
    margins = np.full((len(values), n_classes, n_classes), np.inf)
    for pair, (i, j) in enumerate(combinations(range(n_classes), 2)):
        margins[:, i, j], margins[:, j, i] = values[:, pair], -values[:, pair]
    return margins.min(axis=2) + 0.5 * np.minimum(margins, 0).sum(axis=2)


def hinge_descent(X, sign, rate, alpha, orders):
    """Weights (d,) and bias after one pass over the samples for each of the `orders`, and their mean over all steps.

    The update of the plain one-vs-rest SVM: w - rate (2 alpha w - y x) and b - rate y inside the margin.
    """
    w, b = np.zeros(X.shape[1]), 0.0
    w_sum, b_sum, steps = np.zeros_like(w), 0.0, 0
    for order in orders:
        for i in order:
            inside = sign[i] * (X[i] @ w - b) < 1
            w = w - rate * (2 * alpha * w - (sign[i] * X[i] if inside else 0))
            b = b - rate * sign[i] if inside else b
            w_sum, b_sum, steps = w_sum + w, b_sum + b, steps + 1
    return w, b, w_sum / steps, b_sum / steps
