"""One file a component: DEFINITION, derive(parameters, inputs) and run(call). Loads without any heavy library."""
