"""How hypothesis looks for counterexamples: in time that a busy machine has, and in the gate always the same ones.

`pytest --hypothesis-profile=wide` draws other examples each time, and ten times as many where a test does not say how many.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "wide", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("gate")
