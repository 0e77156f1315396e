#!/bin/sh
# The walls between the rooms; the rules and their reasons stand in check-layers.py.
exec python3 "$(dirname "$0")/check-layers.py" "$@"
