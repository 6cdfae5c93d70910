"""The short way of the calls that scripts make most: metrics, one at a time or a thousand, and searches of runs.

It knows only how such a call succeeds. Whatever is odd about one, a refusal among it, goes to Django as it came, which
answers it as it answers all others."""
