"""Which features the predictions rest on, in the baseline and in the window, and how far the two orders agree."""
