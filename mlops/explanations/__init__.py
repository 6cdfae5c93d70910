"""Why a model scores as it does: importance, dependence, what-if, fairness."""
