"""How learners learn: one family of estimators a file. Loads heavy libraries, inside functions."""
