"""Likelihood in words: ICD 203's table (Analytic Standards, 2 January 2015, D.6.e.(2)(a)). Pure.

The directive's ranges share their bounds. Here each is half-open, and a shared bound belongs to the higher one: on the
line, the word that takes the danger more seriously is said. Below 1% and above 99% the outermost words still hold;
0 and 1 are certainties and are refused. Confidence is another matter and is never said in the same sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One of the seven steps: from `low` up to, not including, `high`."""

    low: float
    high: float
    word: str
    #: The directive's second row; one text keeps to one row.
    other_word: str


TERMS: tuple[Term, ...] = (
    Term(0.01, 0.05, "almost no chance", "remote"),
    Term(0.05, 0.20, "very unlikely", "highly improbable"),
    Term(0.20, 0.45, "unlikely", "improbable"),
    Term(0.45, 0.55, "roughly even chance", "roughly even odds"),
    Term(0.55, 0.80, "likely", "probable"),
    Term(0.80, 0.95, "very likely", "highly probable"),
    Term(0.95, 0.99, "almost certain", "nearly certain"),
)


def term_for(probability: float) -> Term:
    """The step that `probability` is in. Raises ValueError unless it lies strictly between 0 and 1."""
    if not 0 < probability < 1:
        raise ValueError(f"likelihood: {probability} is a certainty or no probability; it lies between 0 and 1")
    return next((term for term in TERMS if probability < term.high), TERMS[-1])


def in_words(probability: float) -> str:
    """The word for `probability`, as "very likely"."""
    return term_for(probability).word


def with_number(probability: float) -> str:
    """The word and the number, as "very likely (about 90%)". No number says that something is certain."""
    return f"{in_words(probability)} ({_number(probability)})"


def as_clause(probability: float) -> str:
    """What a sentence can begin with before "that", as "it is very likely (about 90%)": two of the words are nouns."""
    return f"{_CLAUSES[term_for(probability).word]} ({_number(probability)})"


def _number(probability: float) -> str:
    percent = round(probability * 100)
    return "below 1%" if percent < 1 else "above 99%" if percent > 99 else f"about {percent}%"


_CLAUSES = {
    **{term.word: f"it is {term.word}" for term in TERMS},
    "almost no chance": "there is almost no chance",
    "roughly even chance": "there is a roughly even chance",
}
