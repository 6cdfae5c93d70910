"""Who is told of what: subscriptions with their deliveries, and rules with channels, on the event rows alone."""
