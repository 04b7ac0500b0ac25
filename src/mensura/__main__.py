"""``python -m mensura``: the command line, as the script ``mensura`` starts it."""

import sys

from mensura.cli import main

sys.exit(main())
