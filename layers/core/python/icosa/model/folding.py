"""Lower case, character by character."""


def fold(text: str) -> str:
    """``text`` in lower case, such that ``fold(a + b) == fold(a) + fold(b)``.

    ``str.lower`` alone writes a sigma at the end of a word in its final form, so that the folded prefix of a text would
    not be a prefix of the folded text, and prefix searches would miss it.
    """
    return (text.replace("Σ", "σ") if "Σ" in text else text).lower()
