"""How services do: rate, latency, errors, saturation with their history, for people, Prometheus and OpenTelemetry."""
