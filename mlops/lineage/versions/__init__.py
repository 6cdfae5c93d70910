"""All that is known of model versions, gathered from the packages that know it: for cards and comparisons."""
