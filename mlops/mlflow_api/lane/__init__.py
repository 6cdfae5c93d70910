"""The short way of the call that scripts make most: one metric at a time.

It knows only how such a call succeeds. Whatever is odd about one, a refusal among it, goes to Django as it came, which
answers it as it answers all others."""
