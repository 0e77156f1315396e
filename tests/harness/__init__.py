"""The pieces of tests/run.py: core (tests and their counting), pythons, program (running refsan), and a file per group."""
