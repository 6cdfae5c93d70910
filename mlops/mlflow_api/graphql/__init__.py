"""The questions that MLflow's own pages ask in GraphQL, answered by what answers REST."""
