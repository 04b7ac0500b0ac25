"""asv suite: what `import mensura` costs a fresh interpreter, beside `import numpy`, its floor."""


class Importing:
    """Each sample is a new process; the interpreter's own start is not counted."""

    def timeraw_mensura(self) -> str:
        return "import mensura"

    def timeraw_numpy(self) -> str:
        return "import numpy"
