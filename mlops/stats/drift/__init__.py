"""How far the distribution of columns in one set of rows lies from that in another, and whether that is chance.

A column is first brought into a form that is quick to compare (`column`): sorted numbers with counts, or values with
counts. All measures are functions of two such forms (`distances`, `binned`), which are exact for raw data and of stated
error for thinned baselines (`thinning`). Tests and their correction over many columns are in `chance`."""
