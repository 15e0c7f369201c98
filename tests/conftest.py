"""What holds for every test."""

from hypothesis import settings

# A time limit for one example fails on a busy machine and finds nothing; slow tests show in the whole run.
settings.register_profile("declastroom", deadline=None)
settings.load_profile("declastroom")
