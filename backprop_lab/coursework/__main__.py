"""`python -m backprop_lab.coursework grade …`, without the installed command."""

import sys

from backprop_lab.coursework.command import main

if __name__ == "__main__":
    sys.exit(main())
