"""`python -m backprop_lab` is the command `backprop-lab`."""

import sys

from backprop_lab.desk.cli import main

sys.exit(main())
