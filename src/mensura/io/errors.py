"""The one exception type for files that cannot be read or written as images."""


class ImageFileError(ValueError):
    """A file cannot be used as an image or as labels; the message is one line that says why.

    Examples
    --------
    >>> from mensura.io import ImageFileError, read_image
    >>> try:
    ...     read_image("cells.jpg")
    ... except ImageFileError as error:
    ...     print(error)
    cells.jpg: no such file
    """


def one_line(error: BaseException) -> str:
    r"""Return the message of `error` without line breaks, or its type where it has none.

    Examples
    --------
    >>> from mensura.io.errors import one_line
    >>> one_line(ValueError("first\nsecond"))
    'first second'
    """
    # str() of a KeyError is the repr of its key: the bare argument reads better.
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    return " ".join(str(text).split()) or type(error).__name__
