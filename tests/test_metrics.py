from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, log_loss, precision_score

from hwcalc import metrics
from hwcalc.metrics import accuracy, as_text, calibration, mcnemar, measure, reject_curve, surest_errors

LABELS = "012"


@pytest.fixture
def judged():
    """300 glyphs, probabilities that are honest by the way they are made."""
    rng = np.random.default_rng(0)
    probability = rng.dirichlet([0.3, 0.3, 0.3], 300)
    truth = np.array([rng.choice(list(LABELS), p=row) for row in probability])
    return truth, probability


def test_figures_are_scikit_learns(judged):
    truth, probability = judged
    found = np.array(list(LABELS))[probability.argmax(axis=1)]
    figures = measure(truth, probability, LABELS)
    assert figures["accuracy"] == pytest.approx(np.mean(found == truth))
    assert figures["errors"] == np.sum(found != truth)
    assert figures["by_label"]["1"]["precision"] == pytest.approx(
        precision_score(truth, found, labels=["1"], average="macro")
    )
    assert figures["averages"]["macro"]["f1"] == pytest.approx(f1_score(truth, found, average="macro"))
    assert figures["log_loss"] == pytest.approx(log_loss(truth, probability))
    assert figures["confusion"]["matrix"] == confusion_matrix(truth, found).tolist()
    json.dumps(figures)


@pytest.mark.filterwarnings("error")
def test_one_label_is_no_cause_for_warnings():
    figures = measure(np.array(["1", "1"]), np.array([[0.1, 0.8, 0.1]] * 2), LABELS)
    assert figures["confusion"] == {"labels": ["1"], "matrix": [[2]]}


def test_the_interval_is_wilsons():
    told = accuracy(np.array([True] * 90 + [False] * 10))
    assert told["accuracy_95"] == pytest.approx([0.8256, 0.9448], abs=1e-4)
    assert accuracy(np.ones(10, bool))["accuracy_95"][1] == 1


def test_honest_probabilities_have_little_calibration_error(judged):
    truth, probability = judged
    right = np.array(list(LABELS))[probability.argmax(axis=1)] == truth
    honest = calibration(probability.max(axis=1), right)["calibration_error"]
    boastful = calibration(np.ones(300), right)["calibration_error"]
    assert honest < 0.06
    assert boastful == pytest.approx(1 - right.mean())


def test_leaving_out_the_least_sure():
    confidence = np.linspace(0, 1, 1000)
    curve = reject_curve(confidence, confidence > 0.05)
    assert curve[0]["error"] == pytest.approx(0.05, abs=0.001)
    assert curve[-1]["error"] == 0
    errors = [row["error"] for row in curve]
    assert errors == sorted(errors, reverse=True)
    assert curve[5]["confidence"] == pytest.approx(0.1, abs=0.002)


def test_a_label_that_the_model_does_not_know_is_an_error():
    figures = measure(np.array(["0", "+"]), np.array([[0.9, 0.1], [0.6, 0.4]]), "01")
    assert (figures["errors"], figures["unknown"]) == (1, ["+"])
    assert figures["by_label"]["+"]["recall"] == 0
    assert "does not know" in as_text(figures)


def test_sources_and_writers(judged):
    truth, probability = judged
    writers = np.array([f"pen/{i % 7}" if i % 2 else "paper" for i in range(300)])
    figures = measure(truth, probability, LABELS, writers)
    assert set(figures["by_source"]) == {"pen", "paper"}
    assert sum(row["glyphs"] for row in figures["by_writer"].values()) == 300
    assert "paper" in as_text(figures)


def test_mcnemar():
    a = np.array([True] * 10 + [False] * 2 + [True] * 80)
    b = np.array([False] * 10 + [True] * 2 + [True] * 80)
    told = mcnemar(a, b)
    assert (told["only_a_right"], told["only_b_right"]) == (10, 2)
    assert told["p_value"] == pytest.approx(2 * sum([1, 12, 66]) / 2**12)
    assert mcnemar(a, a)["p_value"] == 1


def test_the_surest_errors_come_first():
    probability = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    assert surest_errors(np.array(["1", "1", "1"]), probability, "01") == [(0, "0", 0.9), (2, "0", 0.6)]


def test_the_text_has_all_figures(judged):
    text = as_text(measure(*judged, LABELS))
    for heading in (
        "accuracy",
        "precision",
        "recall",
        "f1-score",
        "macro",
        "confusion matrix",
        "calibration",
    ):
        assert heading in text
    assert len(metrics.SHARES) == 9
