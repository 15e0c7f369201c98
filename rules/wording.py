"""How a rule words the values of a clash. Words between ⟨⟩ are translated for the reader."""

EMPTY = "⟨empty⟩"


def shown(value: object) -> str:
    """The value as text, or the word for an element that is absent."""
    return EMPTY if value is None else str(value)
